/**
 * What rendering hands to message/: text with the subscriber expressions cut out of it.
 */

/**
 * A place whose bytes differ from subscriber to subscriber.
 *
 * `source` is canonical Handlebars: every output names its context
 * (`{{{html (default subscriber.name "reader")}}}`), so that it evaluates the same way for as long
 * as the frozen message lives. Evaluate with `compileSlot` of render/slots.ts.
 */
export interface Slot {
  source: string;
  /** A paragraph of the text part, wrapped after evaluation; absent: inserted as it is. */
  wrap?: { width: number; first: string; rest: string };
}

/** Static text, or a slot. Adjacent strings are joined; no piece is an empty string. */
export type Piece = string | Slot;

/** One issue as a mail, before MIME. Lines end in LF. */
export interface RenderedMail {
  subject: Piece[];
  html: Piece[];
  text: Piece[];
}

/** What a slot may refer to. */
export interface SlotData {
  /** Name, email, and every attribute under its own name (name and email win); `attributes` has them all again. */
  subscriber: Record<string, unknown>;
  unsubscribe_url: string;
  /** Where to pause and to choose the edition. */
  preferences_url: string;
}
