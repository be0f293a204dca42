/** What `doctor` asks the relay: whether it lets us in, and what it offers. */

import { Conversation } from './conversation.js';
import { parseRelayUrl } from './relay-url.js';
import { type Offer, openSession } from './session.js';
import { TIMEOUTS } from './timeouts.js';
import type { Reply } from './types.js';

type RelayCheck =
  | { kind: 'ready'; relay: string; offer: Offer }
  | { kind: 'refused'; relay: string; stage: 'connect' | 'auth'; reply: Reply }
  | { kind: 'unreachable'; relay: string; reason: string };

const PATIENCE_MS = 15_000;

/**
 * Connects, greets, starts TLS, logs in and says QUIT; sends nothing.
 * @returns `relay` is "host:port"; `reason` names it too
 * @throws AppError `config_invalid` when the URL cannot be used
 */
export async function checkRelay(url: string, patienceMs = PATIENCE_MS): Promise<RelayCheck> {
  const relay = parseRelayUrl(url);
  const timeouts = { ...TIMEOUTS, connect: patienceMs };
  const opened = await openSession(relay, timeouts).result;
  if (opened.kind === 'failed') {
    return { kind: 'unreachable', relay: relay.label, reason: opened.error };
  }
  if (opened.kind === 'refused') return { ...opened, relay: relay.label };
  await new Conversation(opened.session, timeouts).quit();
  return { kind: 'ready', relay: relay.label, offer: opened.session.offer };
}
