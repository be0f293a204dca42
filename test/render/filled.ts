/** Reading a rendered mail as one subscriber would get it. */
import { slotEvaluator } from '../../src/render/slots.js';
import type { Piece, Slot, SlotData } from '../../src/render/types.js';

export const UNSUBSCRIBE_URL = 'https://slow.example/u/tok-en_1';

export function filled(pieces: Piece[], subscriber: SlotData['subscriber'] = {}): string {
  const data = {
    subscriber,
    unsubscribe_url: UNSUBSCRIBE_URL,
    preferences_url: UNSUBSCRIBE_URL.replace('/u/', '/p/'),
  };
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : slotEvaluator(piece)(data)))
    .join('');
}

export function slotsOf(pieces: Piece[]): Slot[] {
  return pieces.filter((piece) => typeof piece !== 'string');
}
