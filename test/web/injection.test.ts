/** What anybody may write into any field of a form or an address stays text, wherever it ends up. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { exportCsv } from '../../src/audience/csv-export.js';
import { signToken } from '../../src/message/tokens.js';
import { fullIssue } from '../render/issue-fixture.js';
import { type Sink, startSink } from '../support/smtp-sink.js';
import { type LetterBox, startLetterBox } from './letters.js';
import { startWebPublication, type WebPublication } from './publication.js';

const EVIL =
  '=HYPERLINK("http://evil.example")\r\nBcc: all@evil.example\r\n\r\n\u2028"\'><script>alert(1)</script>' +
  '<img src=x onerror=alert(1)>{{subscriber.email}}\u001b[31m\0';

/** Every field of the forms, with what a reader would write there. */
const SIGN_UP = {
  ...{ email: 'new@a.example', name: 'Ada', form: 'page', stamp: 'x', website: '' },
  ...{ proof: 'x', patient: 'yes' },
};
const PREFERENCES: Record<string, string>[] = [
  { do: 'pause', weeks: '4' },
  { do: 'edition', edition: 'full' },
  { do: 'name', name: 'Ada' },
  { do: 'address', email: 'other@a.example' },
  { do: 'erase', sure: 'no' },
];
const REASON = { reason: 'other', words: 'Too much' };
const SEARCH = {
  ...{ q: 'a', category: 'b', contributor: 'c', year: '2020', highlights: 'yes', page: '1' },
  part: 'results',
};

describe('what is written into a field', () => {
  let sink: Sink;
  let publication: WebPublication;
  let box: LetterBox;
  before(async () => {
    sink = await startSink();
    publication = await startWebPublication({ smtp: { url: sink.url } });
    publication.shelf.push(fullIssue());
    box = await startLetterBox(publication, sink);
  });
  after(async () => {
    await box?.stop();
    await publication?.stop();
    await sink?.stop();
  });
  beforeEach(() => publication.redis.del('envelope:limit:all:sign-ups'));

  /** The same form as often as it has fields, each of them evil once. */
  const spoilt = (form: Record<string, string>): Record<string, string>[] =>
    Object.keys(form).map((field) => ({ ...form, [field]: EVIL }));

  async function assertText(response: Response): Promise<void> {
    assert.ok(response.status < 500, `${response.status}`);
    assert.equal(response.headers.get('bcc'), null);
    const html = await response.text();
    assert.doesNotMatch(html, /<script>|<img src=x|reader@a\.example/);
  }
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${publication.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { accept: 'text/html' },
    });

  test('stays text on every page that answers it, and in the log', async () => {
    const { id, token } = await publication.subscribe('reader@a.example');
    const { keys, publication: its } = publication.config;
    const fresh = signToken(keys.tokenKeys, { purpose: 'manage', id }, its.slug);
    const from = publication.log.length;
    for (const [n, fields] of spoilt(SIGN_UP).entries()) {
      const { email, stamp } = fields;
      const filled = {
        ...fields,
        email: email === EVIL ? email : `new${n}@a.example`,
        stamp: stamp === EVIL ? stamp : publication.joining.stamp(Date.now() - 5_000),
      };
      await assertText(await post('/subscribe', filled));
    }
    for (const fields of PREFERENCES.flatMap(spoilt)) {
      await assertText(await post(`/p/${token}`, fields));
      const response = await post(`/p/${fresh}`, fields);
      // The page of a fresh link shows its owner their own address.
      await assertText(new Response((await response.text()).replaceAll('reader@a.example', '')));
    }
    await post(`/u/${token}`, {});
    for (const fields of spoilt(REASON)) await assertText(await post(`/u/${token}/reason`, fields));
    for (const fields of spoilt(SEARCH)) {
      const query = new URLSearchParams(fields);
      await assertText(await fetch(`${publication.url}/search?${query}`));
    }
    const { words } = await publication.audience.reasons();
    assert.ok(words.every((said) => !/\p{Cc}|\u2028/u.test(said)));
    await box.idle();
    const log = publication.log.slice(from);
    for (const line of log) assert.equal(typeof JSON.parse(line).msg, 'string');
    assert.doesNotMatch(log.join(''), /evil|Bcc|script|HYPERLINK|a\.example/);
  });

  test('adds no header and no markup to a letter', async () => {
    // To the reader whose name was evil.
    await box.letterTo('new1@a.example');
    assert.ok(sink.messages.length > 1);
    for (const { raw = Buffer.alloc(0), to } of sink.messages) {
      const mail = raw.toString('latin1');
      const header = mail.slice(0, mail.indexOf('\r\n\r\n'));
      assert.doesNotMatch(header, /^bcc:/im);
      assert.doesNotMatch(mail, /<script>|<img src=x|\{\{/);
      assert.equal(to.length, 1);
      assert.doesNotMatch(to.join(), /evil/);
    }
  });

  test('is no formula in an export for spreadsheets, in whatever column', async () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1'];
    const rows = formulas.map((formula, n) => ({
      address: `${formula.trim().replace(/[()]/g, '')}x${n}@f.example` as never,
      name: formula,
      attributes: { [formula]: formula },
    }));
    await publication.audience.put(rows, { source: 'test', at: 1 });
    const target = new PassThrough();
    const [csv] = await Promise.all([
      text(target),
      exportCsv(publication.audience, target, { spreadsheet: true }),
    ]);
    const cells = (parse(csv) as string[][]).flat();
    assert.ok(cells.filter((cell) => cell.includes('f.example')).length === formulas.length);
    assert.deepEqual(
      cells.filter((cell) => /^[=+\-@\t\r]/.test(cell)),
      [],
    );
  });
});
