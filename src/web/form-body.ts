/** Bodies of forms, in either encoding, as plain fields; for the routes that take them. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from './error-pages.js';

export type Fields = Record<string, string>;

const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** Lets the routes of this scope take forms, and JSON with text values. Files are left out. */
export function acceptForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    FORM_TYPES,
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, body: Buffer) => {
      const type = headers['content-type'] ?? '';
      return textFields(
        await new Response(body, { headers: { 'content-type': type } }).formData().catch(() => {
          throw new HttpError(400);
        }),
      );
    },
  );
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => textFields(Object.entries(objectIn(body))),
  );
}

function textFields(entries: Iterable<[string, unknown]>): Fields {
  const fields: Fields = Object.create(null);
  for (const [name, value] of entries) if (typeof value === 'string') fields[name] = value;
  return fields;
}

function objectIn(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Refused below, like any other text that is no object.
  }
  throw new HttpError(400);
}
