/**
 * Letters: mails to one person that are no issue. An order names whom it is for by id; the address
 * is looked up when the letter is written, so that whoever was erased meanwhile gets none.
 */
export type LetterOrder =
  /** Asks whether they want to join. */
  | { kind: 'confirm'; id: string /** Epoch s of the wish. */; at: number }
  /** Somebody typed their address into a form, and they are on the list already. */
  | { kind: 'known'; id: string; at: number }
  /** Says hello, with the latest issue. */
  | { kind: 'welcome'; id: string; at: number }
  /** The link that opens everything about them. */
  | { kind: 'manage'; id: string; at: number }
  /** To the new address of somebody who wants to change to it. */
  | { kind: 'move'; id: string /** Epoch s of their asking. */; at: number };

/** One letter for each occasion: ordering it again changes nothing. */
export function orderName({ kind, id, at }: LetterOrder): string {
  return `${kind}-${id}-${at}`;
}
