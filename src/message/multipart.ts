/**
 * The body: multipart/alternative, plain text first, each part quoted-printable and encoded piece
 * by piece, so that a slot's encoding can be put between two pieces without touching either.
 *
 * @see RFC 2046 §5.1.4 (the last part is the preferred one)
 */
import { createHash } from 'node:crypto';
import type { Piece, RenderedMail, Slot } from '../render/types.js';
import { encodeQuotedPrintable } from './quoted-printable.js';

/** Wire form, or a slot that is encoded per recipient. Each begins at column 0. */
export type BodySegment = string | Slot;

/**
 * A boundary that depends on the content alone. "=_" cannot come out of quoted-printable, whatever
 * a slot evaluates to (RFC 2045 §6.7), so no part can contain it.
 */
export function boundaryOf(mail: RenderedMail): string {
  const digest = createHash('sha256').update(JSON.stringify([mail.text, mail.html]));
  return `=_${digest.digest('hex').slice(0, 32)}`;
}

/** Neighbouring strings are joined: slots and strings alternate. */
export function multipartBody(mail: RenderedMail, boundary: string): BodySegment[] {
  return joinStrings([
    ...partSegments('text/plain', mail.text, boundary),
    ...partSegments('text/html', mail.html, boundary),
    `--${boundary}--\r\n`,
  ]);
}

function partSegments(type: string, content: readonly Piece[], boundary: string): BodySegment[] {
  return [
    `--${boundary}\r\nContent-Type: ${type}; charset=utf-8\r\n` +
      'Content-Transfer-Encoding: quoted-printable\r\n\r\n',
    ...content.map((piece) => (typeof piece === 'string' ? encodeQuotedPrintable(piece) : piece)),
    // RFC 2046 §5.1.1: the line break before a delimiter belongs to the delimiter.
    '\r\n',
  ];
}

function joinStrings(segments: readonly BodySegment[]): BodySegment[] {
  const joined: BodySegment[] = [];
  for (const segment of segments) {
    const previous = joined.at(-1);
    if (typeof segment === 'string' && typeof previous === 'string') {
      joined[joined.length - 1] = previous + segment;
    } else joined.push(segment);
  }
  return joined;
}
