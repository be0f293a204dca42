import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { type Address, parseAddress } from '../../src/audience/address.js';
import { exportCsv } from '../../src/audience/csv-export.js';
import { importCsv } from '../../src/audience/csv-import.js';
import { withJournal } from '../../src/audience/journaled.js';
import { type Audience, createAudience } from '../../src/audience/store.js';
import { AppError } from '../../src/errors.js';
import type { JournalNote } from '../../src/journal/journal.js';
import { keysOf, SHARDS } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const keys = keysOf('weekly');
const consent = { source: 'import', at: 1_700_000_000 };
let server: TestRedis;
let redis: Redis;
let audience: Audience;
let folder: string;

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert.ok(parsed.ok, text);
  return parsed.address;
}

async function fileWith(text: string | Buffer): Promise<string> {
  const file = join(folder, `${Math.random()}.csv`);
  await writeFile(file, text);
  return file;
}

/** Counts and sets as the subscribers themselves say. */
async function checkBooks(): Promise<void> {
  const seen = { total: 0, active: 0, unconfirmed: 0, unsubscribed: 0 };
  for await (const { id, status } of audience.all()) {
    seen.total += 1;
    seen[status] += 1;
    const mailable = await redis.sismember(keys.shard(id.slice(0, 1)).mailable, id.slice(1));
    const suppressed = await audience.suppression(id);
    assert.equal(mailable === 1, status === 'active' && suppressed === undefined);
  }
  const { suppressed: _, ...counted } = await audience.stats();
  assert.deepEqual(counted, seen);
}

before(async () => {
  server = await startTestRedis();
  redis = server.client();
  audience = createAudience({ redis, keys, idKey: Buffer.alloc(32, 7) });
  folder = await mkdtemp(join(tmpdir(), 'pressrun-csv-'));
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => redis.flushall());

describe('an address', () => {
  const good: [string, string][] = [
    [' Ann@Example.ORG ', 'Ann@example.org'],
    ["o'neil+list@x.org", "o'neil+list@x.org"],
    ['a@bücher.example', 'a@xn--bcher-kva.example'],
  ];
  for (const [text, expected] of good) {
    it(`"${text.trim()}" is taken, its domain in A-label form`, () => {
      assert.deepEqual(parseAddress(text), { ok: true, address: expected });
    });
  }
  const bad = [
    ...['', 'ann', '@x.org', 'a@b', 'a..b@c.de', 'Ann <a@b.de>', 'a@b.de, c@d.de', 'ü@c.de'],
    ...[
      'a@[1.2.3.4]',
      'a@1.2.3.4',
      'a@-b.de',
      'a@b.de\r\nBcc: x@y.z',
      `${'a'.repeat(65)}@b.de`,
      'a b@c.de',
    ],
  ];
  for (const text of bad) {
    it(`${JSON.stringify(text.slice(0, 30))} is refused with a reason`, () => {
      const parsed = parseAddress(text);
      assert.equal(parsed.ok, false);
      assert.ok(!parsed.ok && parsed.reason.length > 5);
    });
  }
  it('in another spelling is the same subscriber', () => {
    assert.equal(audience.idOf(address('Ann@X.org')), audience.idOf(address('ann@x.ORG')));
  });
});

describe('the audience', () => {
  it('adds, updates and leaves alone', async () => {
    const row = { address: address('ann@x.org'), name: 'Ann', attributes: { b: 1, a: 2 } };
    assert.deepEqual(await audience.put([row], consent), ['imported']);
    assert.deepEqual(await audience.put([{ ...row, attributes: { a: 2, b: 1 } }], consent), [
      'unchanged',
    ]);
    assert.deepEqual(await audience.put([{ ...row, name: 'Anne' }], consent), ['updated']);
    assert.deepEqual(await audience.put([{ address: row.address }], consent), ['unchanged']);
    const ann = await audience.get(audience.idOf(row.address));
    assert.equal(ann?.name, 'Anne');
    assert.deepEqual(ann?.attributes, { a: 2, b: 1 });
    await checkBooks();
  });

  it('never brings back who left, was erased or is suppressed', async () => {
    const people = ['left', 'erased', 'bounced'].map((name) => address(`${name}@x.org`));
    await audience.put(
      people.map((one) => ({ address: one })),
      consent,
    );
    const [left = '', erased = '', bounced = ''] = people.map((one) => audience.idOf(one));
    assert.deepEqual(await audience.unsubscribe(left), { kind: 'left' });
    assert.deepEqual(await audience.unsubscribe(left), { kind: 'already-left' });
    assert.equal(await audience.erase(erased), true);
    assert.deepEqual(await audience.unsubscribe(erased), { kind: 'unknown' });
    assert.equal((await audience.suppression(erased))?.reason, 'erased', 'the first reason stays');
    await audience.suppress(bounced, 'bounced');
    const again = await audience.put(
      people.map((one) => ({ address: one, name: 'Back' })),
      consent,
    );
    assert.deepEqual(again, ['suppressed', 'suppressed', 'suppressed']);
    assert.deepEqual(await audience.stats(), {
      total: 2,
      active: 1,
      unconfirmed: 0,
      unsubscribed: 1,
      suppressed: 2,
    });
    await checkBooks();
    assert.doesNotMatch(JSON.stringify(await redis.keys('*')), /erased@/);
  });

  it('remembers who leaves without being on the list: no import brings them', async () => {
    const lost = address('lost@x.org');
    assert.deepEqual(await audience.unsubscribe(audience.idOf(lost)), { kind: 'unknown' });
    assert.deepEqual(await audience.put([{ address: lost }], consent), ['suppressed']);
    assert.equal((await audience.suppression(audience.idOf(lost)))?.reason, 'unsubscribed');
    await checkBooks();
  });

  it('tells its journal of every change of consent, by id and never by address', async () => {
    const notes: JournalNote[] = [];
    const journaled = withJournal(audience, { note: async (more) => void notes.push(...more) });
    const [ann, bo] = [address('ann@x.org'), address('bo@x.org')];
    await journaled.put([{ address: ann }, { address: bo }], consent);
    await journaled.put([{ address: ann, name: 'Ann' }], consent);
    await journaled.unsubscribe(audience.idOf(ann));
    await journaled.unsubscribe(audience.idOf(ann), { how: 'operator' });
    await journaled.suppress(audience.idOf(bo), 'bounced');
    await journaled.erase(audience.idOf(bo));
    const [a, b] = [audience.idOf(ann), audience.idOf(bo)];
    assert.deepEqual(
      notes.map(({ kind, subject, word }) => [kind, subject, word]),
      [
        ['added', a, 'import'],
        ['added', b, 'import'],
        ['left', a, 'link'],
        ['left', a, 'operator'],
        ['suppressed', b, 'bounced'],
        ['erased', b, 'operator'],
      ],
    );
  });

  it('holds the books when people leave while others are imported, thousands of times', async () => {
    const people = Array.from({ length: 2_000 }, (_, n) => address(`reader${n}@x.org`));
    await audience.put(
      people.map((one) => ({ address: one })),
      consent,
    );
    const leaving = people.map((one) => audience.unsubscribe(audience.idOf(one)));
    const importing = [1, 2, 3].map((n) =>
      audience.put(
        people.map((one) => ({ address: one, name: `Name ${n}` })),
        consent,
      ),
    );
    await Promise.all([...leaving, ...importing]);
    assert.equal((await audience.stats()).unsubscribed, 2_000);
    for (const shard of SHARDS) assert.equal(await redis.scard(keys.shard(shard).mailable), 0);
    await checkBooks();
  });

  it('costs at most 450 bytes a subscriber', async (t) => {
    const count = 20_000;
    const before = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const rows = Array.from({ length: count }, (_, n) => ({
      address: address(`reader.number${n}@mail.example.org`),
      name: `Reader Number ${n}`,
      attributes: { city: 'Bonn', since: 2000 + (n % 24) },
    }));
    for (let n = 0; n < count; n += 5_000) await audience.put(rows.slice(n, n + 5_000), consent);
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]) - before;
    t.diagnostic(`${(used / count).toFixed(0)} bytes a subscriber with a name and two attributes`);
    assert.ok(used / count <= 450, `${used / count}`);
  });
});

describe('importing a file', () => {
  it('takes any order of columns, a byte order mark, CRLF, semicolons and quotes', async () => {
    const text =
      '\uFEFFName;EMAIL;attributes\r\n"Ann; Ö";ann@x.org;"{""city"": ""Köln""}"\r\n\r\nBo;bo@x.org;\r\n';
    const { ignored, ...report } = await importCsv(audience, await fileWith(text));
    assert.deepEqual(report, { imported: 2, updated: 0, unchanged: 0, suppressed: 0, invalid: [] });
    assert.deepEqual(ignored, []);
    const ann = await audience.get(audience.idOf(address('ann@x.org')));
    assert.equal(ann?.name, 'Ann; Ö');
    assert.deepEqual(ann?.attributes, { city: 'Köln' });
  });

  it('lists faulty rows with their line and takes the rest, unless strict', async () => {
    const text =
      'email,name,attributes\nann@x.org,Ann,\nnobody,,\nbo@x.org,Bo,[1]\n"c@x.org","two\nlines",\nd@x.org,D,{}\n';
    const file = await fileWith(text);
    await assert.rejects(
      importCsv(audience, file, { strict: true }),
      (error) => error instanceof AppError && error.line === 3,
    );
    assert.equal((await audience.stats()).total, 0);
    const report = await importCsv(audience, file);
    assert.equal(report.imported, 2);
    assert.deepEqual(
      report.invalid.map(({ line }) => line),
      [3, 4, 5],
    );
  });

  const whole: [string, string | Buffer, number, RegExp][] = [
    ['without an email column', 'mail,name\na@x.org,A\n', 1, /"email" column/],
    ['that is empty', '', 1, /empty/],
    [
      'that is not UTF-8',
      Buffer.from('email,name\na@x.org,A\nb@x.org,M\xfcller\n', 'latin1'),
      3,
      /UTF-8/,
    ],
    [
      'with a quote that is never closed',
      'email,name\na@x.org,A\nb@x.org,"B\nc@x.org,C\n',
      3,
      /never closed/,
    ],
  ];
  for (const [what, text, line, words] of whole) {
    it(`${what} refuses it whole, with the line`, async () => {
      await assert.rejects(importCsv(audience, await fileWith(text)), (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, 'csv_invalid');
        assert.equal(error.line, line);
        assert.match(error.message, words);
        return true;
      });
      assert.equal((await audience.stats()).total, 0);
    });
  }

  it('of our own export changes nothing, and brings nobody back elsewhere', async () => {
    const people = ['ann@x.org', '=bo@x.org', 'left@x.org'].map(address);
    await audience.put(
      people.map((one) => ({
        ...{ address: one, name: '=1+1', attributes: { a: [1] } },
        edition: 'highlights' as const,
      })),
      consent,
    );
    await audience.unsubscribe(audience.idOf(address('left@x.org')));
    const file = join(folder, 'export.csv');
    assert.equal(await exportCsv(audience, createWriteStream(file)), 3);
    const before = await readFile(file, 'utf8');
    const here = await importCsv(audience, file);
    assert.deepEqual(
      { unchanged: here.unchanged, suppressed: here.suppressed },
      { unchanged: 2, suppressed: 1 },
    );
    await redis.flushall();
    const elsewhere = await importCsv(audience, file);
    assert.deepEqual(
      { imported: elsewhere.imported, suppressed: elsewhere.suppressed },
      { imported: 2, suppressed: 1 },
    );
    const ann = await audience.get(audience.idOf(address('ann@x.org')));
    assert.equal(ann?.edition, 'highlights');
    assert.match(before, /left@x\.org,=1\+1,.*,unsubscribed,/);
  });
});
