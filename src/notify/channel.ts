/** A way to the operators. */
import type { Notice } from './notice.js';

/** `why` names no address and no secret. */
export type Telling = { kind: 'told' } | { kind: 'failed'; why: string };

export interface Channel {
  /** The same for as long as it leads to the same place: it is not told again what it has heard. */
  name: string;
  /** Never rejects for anything the other side or the network does. */
  tell(notice: Notice, signal: AbortSignal): Promise<Telling>;
}
