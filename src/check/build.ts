/** The mail of an issue, filled for readers who are made up: no address of the audience is needed. */
import { join } from 'node:path';
import type { Edition } from '../issue/editions.js';
import { withPictures } from '../issue/pictures.js';
import type { Issue } from '../issue/types.js';
import { itemsOf } from '../issue/visit.js';
import { encodeQuotedPrintable } from '../message/quoted-printable.js';
import { renderMail } from '../render/mail.js';
import { slotEvaluator } from '../render/slots.js';
import type { Piece, RenderedMail, SlotData } from '../render/types.js';
import type { BuiltMail, CheckSettings, MailSize, Subject } from './types.js';

/** As long as every token: 33 bytes in base64url (message/tokens.ts). */
const TOKEN = 'T'.repeat(44);

/** A long name, in letters that take nine bytes each once they are encoded. */
const LONG_VALUE = '長'.repeat(64);
const LONG_LIST_LENGTH = 10;

/** @throws AppError template_invalid */
export async function buildMail(
  issue: Issue,
  settings: CheckSettings,
  file: string,
  edition: Edition = 'full',
): Promise<BuiltMail> {
  const { maxImageBytes } = settings.archive;
  const pictured = await withPictures(issue, join(settings.dir, 'issues'), maxImageBytes);
  const dated: Issue = { ...pictured, date: issue.date ?? '2026-12-30' };
  const rendered = await renderMail(dated, settings.publication, {
    templatesDir: join(settings.dir, 'templates'),
    issueFile: file,
    edition,
  });
  return filledMail(rendered, settings);
}

/** The same of a mail that was rendered already. */
export function filledMail(rendered: RenderedMail, settings: CheckSettings): BuiltMail {
  return { rendered, html: filled(rendered.html, typicalReader(settings)).join('') };
}

export function measure({ rendered, html }: BuiltMail, { issue, settings }: Subject): MailSize {
  const bytesFor = bytesOf(rendered.html);
  return {
    typical: bytesFor(typicalReader(settings)),
    longest: bytesFor(longestReader(settings, rendered.html)),
    decoded: Buffer.byteLength(html),
    items: itemSizes(issue, html),
    averageItem: averageItem(issue, html),
  };
}

/** The larger of decoded and transfer-encoded; each piece is encoded by itself, as in the mail. */
function bytesOf(pieces: readonly Piece[]): (reader: SlotData) => number {
  const shared = total(pieces.filter((piece) => typeof piece === 'string'));
  const slots = pieces.filter((piece) => typeof piece !== 'string');
  return (reader) => {
    const own = total(filled(slots, reader));
    return Math.max(shared.decoded + own.decoded, shared.encoded + own.encoded);
  };
}

function total(pieces: readonly string[]): { decoded: number; encoded: number } {
  const sumOf = (lengthOf: (piece: string) => number) =>
    pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  return {
    decoded: sumOf((piece) => Buffer.byteLength(piece)),
    encoded: sumOf((piece) => encodeQuotedPrintable(piece).length),
  };
}

function filled(pieces: readonly Piece[], data: SlotData): string[] {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : slotEvaluator(piece)(data)));
}

function typicalReader({ publication }: CheckSettings): SlotData {
  return {
    subscriber: { name: 'Alex Reader', email: 'alex.reader@mail.example', attributes: {} },
    unsubscribe_url: `${publication.url}/u/${TOKEN}`,
    preferences_url: `${publication.url}/p/${TOKEN}`,
  };
}

/** Every field that the mail names is as long as fields are. */
function longestReader(settings: CheckSettings, pieces: readonly Piece[]): SlotData {
  const subscriber: Record<string, unknown> = {};
  for (const piece of pieces) {
    if (typeof piece === 'string') continue;
    for (const [, list, name = ''] of piece.source.matchAll(
      /(#each )?subscriber\.(?:attributes\.)?([\p{L}\w-]+)/gu,
    )) {
      subscriber[name] ??= list ? Array(LONG_LIST_LENGTH).fill(LONG_VALUE) : LONG_VALUE;
    }
  }
  const email = `${'a'.repeat(64)}@${'b'.repeat(63)}.example`;
  return {
    ...typicalReader(settings),
    subscriber: { ...subscriber, name: LONG_VALUE, email, attributes: subscriber },
  };
}

/** What stands between the first section and the footer, by the number of items. */
function averageItem(issue: Issue, html: string): number {
  const [first] = issue.sections;
  const count = itemsOf(issue).length;
  if (!first || count === 0) return 0;
  const body = html.slice(html.indexOf(` id="${first.id}"`), endOfItems(html));
  return Math.round(Buffer.byteLength(body) / count);
}

/** The footer is a table of its own. */
function endOfItems(html: string): number {
  return html.lastIndexOf('<table', html.lastIndexOf('</table>'));
}

/** From where an item begins in the HTML to where the next item or section does. */
function itemSizes({ sections }: Issue, html: string): MailSize['items'] {
  const parts = sections.flatMap(({ id, blocks }) => [
    { id, item: undefined },
    ...blocks.flatMap((block) => (block.kind === 'item' ? [{ id: block.id, item: block }] : [])),
  ]);
  const starts = parts.map(({ id }) => html.indexOf(` id="${id}"`));
  const end = endOfItems(html);
  return parts.flatMap(({ id, item }, index) => {
    const start = starts[index] ?? -1;
    const next = starts.slice(index + 1).find((other) => other > start) ?? end;
    if (!item || start < 0) return [];
    const bytes = Buffer.byteLength(html.slice(start, next));
    return [{ id, title: item.title, line: item.position.line, bytes }];
  });
}
