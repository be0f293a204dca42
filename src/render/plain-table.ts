/** Tables in plain text: columns when they fit, otherwise one record after the other. */
import { GLUE, TEXT_WIDTH } from './text.js';
import { displayWidth } from './width.js';

interface Prefix {
  first: string;
  rest: string;
}

const GAP = '  ';

/**
 * @param rows cells, the header's first
 * @param paragraph wraps a record's line when the table is too wide for columns
 */
export function plainTable(
  rows: string[][],
  prefix: Prefix,
  paragraph: (text: string, prefix: Prefix) => string,
): string {
  const [header = [], ...body] = rows.map((row) =>
    row.map((cell) => cell.replaceAll(GLUE, ' ').replace(/\s+/g, ' ')),
  );
  const widths = header.map((_, column) =>
    Math.max(...[header, ...body].map((row) => displayWidth(row[column] ?? ''))),
  );
  const total = widths.reduce((sum, width) => sum + width + GAP.length, prefix.rest.length);
  if (total - GAP.length > TEXT_WIDTH) return records(header, body, prefix, paragraph);
  const rule = widths.map((width) => '-'.repeat(Math.max(1, width)));
  return [header, rule, ...body]
    .map((row, index) => {
      const cells = row.map((cell, column) => pad(cell, widths[column] ?? 0));
      return `${index === 0 ? prefix.first : prefix.rest}${cells.join(GAP)}`.trimEnd();
    })
    .join('\n');
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - displayWidth(cell)));
}

/** `Header: value`, a line each, a blank line between the rows. */
function records(
  header: string[],
  body: string[][],
  prefix: Prefix,
  paragraph: (text: string, prefix: Prefix) => string,
): string {
  const rows = body.length === 0 ? [header.map(() => '')] : body;
  let next = prefix;
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const text = header[column] ? `${header[column]}: ${cell}` : cell;
        const written = paragraph(text, { first: next.first, rest: `${prefix.rest}  ` });
        next = { first: prefix.rest, rest: prefix.rest };
        return written;
      })
      .join('\n'),
  );
  return lines.join(`\n${prefix.rest.trimEnd()}\n`);
}
