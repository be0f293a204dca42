import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { COLUMNS } from '../../src/archive/columns.js';
import { formatSheet, readSheet, SHEET_FORMATS } from '../../src/archive/sheet.js';
import { AppError } from '../../src/errors.js';
import { fc } from '../support/fast-check.js';
import { row, summaryRow } from './row-arbitrary.js';

describe('the database as a sheet', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pressrun-sheet-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const save = async (name: string, content: string | Uint8Array) => {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  };

  for (const format of SHEET_FORMATS) {
    test(`comes back from ${format} as it went in, whatever is in its cells`, async () => {
      const runs = format === 'xlsx' ? 25 : 150;
      await fc.assert(
        fc.asyncProperty(fc.array(summaryRow, { minLength: 1, maxLength: 6 }), async (rows) => {
          const file = await save(`all.${format}`, await formatSheet(rows, format, 'AN'));
          const sheet = await readSheet(file);
          assert.deepEqual(sheet.invalid, []);
          assert.deepEqual(
            sheet.rows.map((one) => one.row),
            rows,
          );
        }),
        { numRuns: runs },
      );
    });
  }

  test('has the columns of the convention, in their order', async () => {
    const csv = (await formatSheet([row({ title: 'A' })], 'csv', 'AN')).toString();
    assert.equal(
      csv.split('\n')[0],
      'Category,Highlight?,Title,Authors,Venue,Year,H/T,Email,Summarizer,Summary,My opinion,Prerequisites,Read more,URL',
    );
    const [first] = JSON.parse((await formatSheet([row({ title: 'A' })], 'json', 'AN')).toString());
    assert.deepEqual(Object.keys(first), [...COLUMNS]);
    assert.equal(first.Email, 'AN #7');
  });

  test('no cell of a CSV begins like a formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(summaryRow, { minLength: 1, maxLength: 4 }), async (rows) => {
        const cells: string[][] = parse(await formatSheet(rows, 'csv', '=AN'), { from: 2 });
        for (const cell of cells.flat()) assert.doesNotMatch(cell, /^[=+\-@\t\r＝＋－＠]/u);
      }),
      { numRuns: 100 },
    );
  });

  test('takes the columns in any order and case, and names those it does not know', async () => {
    const file = await save(
      'other.csv',
      '\uFEFFurl;TITLE;Mood;email\nhttps://a.example;T;good;#62\n',
    );
    const sheet = await readSheet(file);
    assert.deepEqual(sheet.ignored, ['Mood']);
    assert.equal(sheet.rows[0]?.row.title, 'T');
    assert.equal(sheet.rows[0]?.row.issue, 62);
  });

  test('lists faulty rows with their lines and takes the others', async () => {
    const file = await save(
      'faulty.csv',
      [
        'Title,Email,Year,Highlight?,Summary',
        'Good,AN #1,2020,yes,"two',
        'lines"',
        ',AN #1,2020,,',
        'Year,AN #1,last,,',
        'Mark,AN #1,,perhaps,',
        'Email,soon,,,',
        'More,AN #1,,,,,',
        'Control,AN #1,,,\u0001',
        'Good too,1,,,',
      ].join('\n'),
    );
    const { rows, invalid } = await readSheet(file);
    assert.deepEqual(
      rows.map((one) => [one.line, one.row.title]),
      [
        [2, 'Good'],
        [10, 'Good too'],
      ],
    );
    assert.deepEqual(
      invalid.map(({ line, reason }) => `${line}: ${reason}`),
      [
        '4: the Title is empty',
        '5: the Year is "last"; write four digits',
        '6: Highlight? is "perhaps"; write Yes or No',
        '7: Email is "soon"; it names the issue, as in "AN #62"',
        '8: 7 fields where the first row has 5',
        '9: Summary holds a control character',
      ],
    );
  });

  const faults: [name: string, content: string | Uint8Array, words: RegExp, line?: number][] = [
    ['empty.csv', '', /empty/, 1],
    ['none.csv', 'Name,Email\nx,AN #1\n', /no "Title" column/, 1],
    ['twice.csv', 'Title,title\nx,y\n', /two columns are called "Title"/, 1],
    ['quote.csv', 'Title\nok\n"open\nok\n', /quote/],
    ['latin.csv', Buffer.from('Title\nok\nM\xfcller\n', 'latin1'), /UTF-8/, 3],
    ['broken.xlsx', Buffer.from('PK\x03\x04 no workbook'), /workbook/],
    ['broken.json', '{', /not JSON/, 1],
    ['object.json', '{"Title": "x"}', /not a list/],
  ];
  for (const [name, content, words, line] of faults) {
    test(`a fault of the whole file refuses it: ${name}`, async () => {
      const file = await save(name, content);
      await assert.rejects(readSheet(file), (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, 'sheet_invalid');
        assert.match(error.message, words);
        assert.equal(error.file, file);
        if (line !== undefined) assert.equal(error.line, line);
        return true;
      });
    });
  }

  test('a workbook keeps the characters that its writer would leave out', async () => {
    const summary = '_x0041\ufffd a\u009fb \u0085 \ufdd0 \u{1fffe}\u{10ffff}!';
    const file = await save(
      'kept.xlsx',
      await formatSheet([row({ title: 'T', summary })], 'xlsx', 'AN'),
    );
    assert.equal((await readSheet(file)).rows[0]?.row.summary, summary);
  });

  test('a text that no cell of a workbook holds is refused, not cut off', async () => {
    const long = row({ title: 'Long', summary: 'x'.repeat(40_000) });
    await assert.rejects(formatSheet([long], 'xlsx', 'AN'), /Summary of "Long".*csv or json/);
    assert.ok((await formatSheet([long], 'csv', 'AN')).length > 40_000);
  });
});
