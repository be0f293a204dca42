import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIssue } from '../../src/issue/parse.js';

function rulesOf(source: string): string[] {
  return parseIssue(source).findings.map(
    ({ severity, line, code }) => `${severity} ${line} ${code}`,
  );
}

describe('metadata', () => {
  it('is fenced YAML with keys in any case and aliases', () => {
    const { issue, findings } = parseIssue(
      '---\nNUMBER: 7\nTitle: "Fog: a study"\nPublish_Date: 2026-03-01 10:00\naudio_url: https://a.example/7.mp3\nWEB_URL: https://a.example/7\n---\nHello.\n',
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(
      [issue?.number, issue?.title, issue?.date, issue?.audio, issue?.webUrl],
      [7, 'Fog: a study', '2026-03-01', 'https://a.example/7.mp3', 'https://a.example/7'],
    );
  });

  it('may be unfenced lines, ended by an empty line', () => {
    const { issue, findings } = parseIssue(
      '\n\nTitle: Fog: a study\nNumber: 7\nDate: 2026-3-1\nsubject: "Quoted"\n\nNote: this is prose.\n',
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(
      [issue?.title, issue?.date, issue?.subject],
      ['Fog: a study', '2026-03-01', 'Quoted'],
    );
    assert.equal(issue?.intro?.source, 'Note: this is prose.');
    assert.equal(issue?.intro?.position.line, 8);
  });

  it('takes the subject for a title where there is none', () => {
    const { issue } = parseIssue('---\nnumber: 7\nsubject: Fog\n---\n');
    assert.deepEqual([issue?.title, issue?.subject, issue?.date], ['Fog', 'Fog', undefined]);
  });

  it('keeps what it does not know, and reports it', () => {
    const source =
      '---\nnumber: 7\ntitle: Fog\nmood: [grey, wet]\nlayout: post\n__proto__: x\n---\n';
    assert.deepEqual(Object.keys(parseIssue(source).issue?.extra ?? {}), [
      'mood',
      'layout',
      '__proto__',
    ]);
    assert.equal(parseIssue(source).issue?.extra.layout, 'post');
    assert.deepEqual(
      rulesOf(source),
      [4, 5, 6].map((line) => `warning ${line} metadata-unknown`),
    );
    assert.deepEqual(rulesOf('---\nnumber: 7\ntitle: Fog\nurl: a\nWEB_URL: b\n---\n'), [
      'warning 5 metadata-repeated',
    ]);
  });

  it('keeps titles that look like numbers, dates or booleans as they are written', () => {
    for (const title of ['1.10', '2026-01-01', 'yes', '0x10', '~tilde']) {
      assert.equal(parseIssue(`---\nnumber: 7\ntitle: ${title}\n---\n`).issue?.title, title);
    }
  });

  const broken: [string, string, string][] = [
    ['no number', '---\ntitle: Fog\n---\n', 'error 1 number-missing'],
    ['an empty number', '---\ntitle: Fog\nnumber:\n---\n', 'error 3 number-missing'],
    ['a number with a point', '---\ntitle: Fog\nnumber: 7.5\n---\n', 'error 3 number-invalid'],
    ['a number in words', '---\ntitle: Fog\nnumber: seven\n---\n', 'error 3 number-invalid'],
    ['number nought', '---\ntitle: Fog\nnumber: 0\n---\n', 'error 3 number-invalid'],
    ['no title', '---\nnumber: 7\n---\n', 'error 1 title-missing'],
    ['a title that is a list', '---\nnumber: 7\ntitle: [AN 7]\n---\n', 'error 3 metadata-invalid'],
    [
      'a day that is none',
      '---\nnumber: 7\ntitle: Fog\ndate: 2026-02-30\n---\n',
      'error 4 date-invalid',
    ],
    ['a date in words', '---\nnumber: 7\ntitle: Fog\ndate: 1 March\n---\n', 'error 4 date-invalid'],
    [
      'a colon without quotes',
      '---\nnumber: 7\ntitle: Fog: a study\n---\n',
      'error 3 metadata-invalid',
    ],
    ['a tab for indentation', '---\nnumber: 7\nmap:\n\tx: 1\n---\n', 'error 4 metadata-invalid'],
    ['a fence that never closes', '---\nnumber: 7\ntitle: Fog\n', 'error 1 metadata-invalid'],
    ['a head that is no map', '---\n- a\n- b\n---\n', 'error 2 metadata-invalid'],
    ['an empty file', ' \n\uFEFF', 'error 1 file-empty'],
    [
      'a file with no end',
      `---\nnumber: 7\ntitle: x\n---\n${'x '.repeat(600_000)}`,
      'error 1 file-too-long',
    ],
  ];
  for (const [name, source, rule] of broken) {
    it(`with ${name} is an error with its line`, () => {
      assert.ok(rulesOf(source).includes(rule), rulesOf(source).join());
    });
  }

  it('says nothing of what is inside an alias bomb', () => {
    const bomb =
      '---\nnumber: 7\ntitle: x\na: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n---\n';
    assert.equal(parseIssue(bomb).issue?.number, 7);
  });

  it('is found behind a byte order mark and with the line ends of Windows', () => {
    const { issue } = parseIssue(
      '\uFEFF---\r\nnumber: 7\r\ntitle: Fog\r\n---\r\nHello.\r\n\r\n##\u00a0News\r\n\r\n*\u00a0[Fog](https://a.example/1)\r\n',
    );
    assert.deepEqual(
      [issue?.title, issue?.sections[0]?.name, issue?.sections[0]?.position.line],
      ['Fog', 'News', 7],
    );
    assert.equal(issue?.sections[0]?.blocks[0]?.kind, 'item');
  });
});
