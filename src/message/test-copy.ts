/** A test copy of a prepared message: the mail as it will be, marked so that nothing mistakes it. */
import { randomBytes } from 'node:crypto';
import type { PreparedMessage } from './prepare.js';
import type { HeaderField } from './types.js';

const MARK = '[TEST] ';

/**
 * The message with `[TEST]` before its subject and a list of its own: filters, statistics of
 * providers and what they remember of the list are not to be mixed with tests.
 */
export function asTestCopy(prepared: PreparedMessage): PreparedMessage {
  const headers = prepared.headers.map(asTestHeader);
  return { ...prepared, headers, subject: [MARK, ...prepared.subject] };
}

/**
 * An id that is nobody's. Message-IDs are made from it: with a reader's own, their program would
 * drop the issue itself as a duplicate of its test.
 * @returns 16 base64url characters
 */
export function testRecipientId(): string {
  return randomBytes(12).toString('base64url');
}

function asTestHeader({ name, value }: HeaderField): HeaderField {
  if (name === 'List-Id') return { name, value: value.replace('<', '<test.') };
  if (name === 'Feedback-ID') return { name, value: value.replace(/^issue\d+:/, 'test:') };
  return { name, value };
}
