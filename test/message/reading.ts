/** How tests read a mail: what its pieces should come to, and text as a reader sees it. */
import type { Recipient } from '../../src/message/types.js';
import { slotEvaluator } from '../../src/render/slots.js';
import type { Piece, SlotData } from '../../src/render/types.js';

/** The text that pieces come to for one reader, by the slots' own rules. */
export function evaluate(pieces: readonly Piece[], data: SlotData): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : slotEvaluator(piece)(data)))
    .join('');
}

/** @param wire the reader's copy: its unsubscribe link is taken from the header */
export function dataOf({ name, address, attributes }: Recipient, wire: string): SlotData {
  const [, unsubscribe_url = ''] = /^List-Unsubscribe: <([^>]+)>/m.exec(wire) ?? [];
  return {
    subscriber: { ...attributes, name, email: address, attributes },
    unsubscribe_url,
    preferences_url: unsubscribe_url.replace('/u/', '/p/'),
  };
}

export const lf = (text: string | undefined): string => (text ?? '').replace(/\r\n|\r/g, '\n');

/** postal-mime and nodemailer disagree about line breaks at the very end; no reader sees them. */
export const visible = (text: string | undefined): string => lf(text).replace(/\n+$/, '');

export const oneLine = (text: string | undefined): string =>
  (text ?? '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim();
