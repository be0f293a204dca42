/** Bytes from the server → replies. @see RFC 5321 §4.2 */
import type { Reply } from './types.js';

/** A reply kept for people and for classification needs no more than this. */
const MAX_TEXT = 500;
/** No server needs more for one reply; a peer that never ends one must not fill our memory. */
const MAX_PENDING = 64 * 1024;

const LINE = /^([2-5]\d\d)([ -]?)(.*)$/s;
/** @see RFC 3463 §2 */
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)/;

/** What the server sent cannot be a reply. */
export class ProtocolError extends Error {}

/** Collects the bytes of one connection and hands out complete replies. */
export class ReplyReader {
  #rest = '';
  #lines: string[] = [];

  /**
   * Yields the replies completed by `chunk`, in order: what was said before the peer stopped making
   * sense still counts.
   * @throws ProtocolError
   */
  *push(chunk: Buffer): Generator<Reply, void> {
    // Latin-1 keeps bytes apart, so that a character cut in two by a packet survives.
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#lines.push(line);
      if (isLast(line)) yield this.#take();
    }
    if (this.#pending() > MAX_PENDING) throw new ProtocolError('the reply does not end');
  }

  #take(): Reply {
    const reply = parseReply(this.#lines.join('\n'));
    this.#lines = [];
    return reply;
  }

  #pending(): number {
    return this.#lines.reduce((sum, line) => sum + line.length, this.#rest.length);
  }
}

function isLast(line: string): boolean {
  const [, , separator] = LINE.exec(line.trimEnd()) ?? [];
  if (separator === undefined) throw new ProtocolError('the server does not speak SMTP');
  return separator !== '-';
}

/**
 * Parses one complete reply.
 * @param raw its lines, each with its code; bytes as Latin-1
 * @throws ProtocolError when a line has no code
 */
export function parseReply(raw: string): Reply {
  let code = 0;
  let enhancedCode: string | undefined;
  const words: string[] = [];
  for (const line of raw.trimEnd().split(/\r?\n/)) {
    const [, digits, , text = ''] = LINE.exec(line) ?? [];
    if (digits === undefined) throw new ProtocolError('the server does not speak SMTP');
    const [prefix = '', enhanced] = ENHANCED.exec(text) ?? [];
    code = Number(digits);
    enhancedCode ??= enhanced;
    words.push(text.slice(prefix.length).trim());
  }
  const text = words.filter((part) => part !== '').join(' ');
  return { code, enhancedCode, text: decode(text).slice(0, MAX_TEXT) };
}

/** Replies have no declared charset; modern servers write UTF-8. @see RFC 6531 §3.7.4.2 */
function decode(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  const utf8 = Buffer.from(latin1, 'latin1').toString('utf8');
  return utf8.includes('\ufffd') ? latin1 : utf8;
}

export function isPositive(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300;
}
