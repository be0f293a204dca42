/** The journal: what is in it survives, whoever writes and whatever dies in between. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../src/errors.js';
import { formatEntry, parseEntry } from '../../src/journal/entry.js';
import { createJournal, type Journal, type JournalNote } from '../../src/journal/journal.js';
import { readJournals } from '../../src/journal/read.js';
import { createLogger } from '../../src/log.js';

const LEFT: JournalNote = { kind: 'left', subject: 'AbCdEf0123456789', word: 'link' };

let dataDir: string;
let logged: string[];
let journal: Journal;

function openJournal(): Journal {
  const log = createLogger({ pretty: false, to: { write: (line) => logged.push(line) } });
  return createJournal({ dataDir, log });
}

async function fileOf(): Promise<string> {
  const names = await readdir(journal.folder);
  return join(journal.folder, names.find((name) => name.endsWith('.log')) ?? '');
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pressrun-journal-'));
  logged = [];
  journal = openJournal();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('a line of the journal', () => {
  it('says what happened to whom, and is refused with any character changed', () => {
    const line = formatEntry({ at: 1_790_000_000_000, ...LEFT });
    assert.match(line, /^2026-09-21T\S+Z left AbCdEf0123456789 link [0-9a-f]{8}$/);
    assert.deepEqual(parseEntry(line), { at: 1_790_000_000_000, ...LEFT });
    for (let at = 0; at < line.length; at++) {
      const other = line[at] === 'x' ? 'y' : 'x';
      assert.equal(parseEntry(line.slice(0, at) + other + line.slice(at + 1)), undefined, line);
      assert.equal(parseEntry(line.slice(0, at)), undefined);
    }
  });

  it('keeps a word with spaces in one piece', () => {
    const line = formatEntry({ at: 0, kind: 'added', subject: 'x', word: 'the form\nbelow' });
    assert.equal(parseEntry(line)?.word, 'the_form_below');
  });
});

describe('the journal', () => {
  it('holds what was noted, in a file of its month that only its user may read', async () => {
    await journal.note([LEFT]);
    await journal.note([{ ...LEFT, kind: 'erased' }]);
    const { entries, journals, damaged } = await readJournals([journal.folder], 0);
    assert.deepEqual(
      entries.map(({ kind, subject }) => [kind, subject]),
      [
        ['left', LEFT.subject],
        ['erased', LEFT.subject],
      ],
    );
    assert.equal(journals.size, 1);
    assert.deepEqual(damaged, []);
    assert.match(await fileOf(), /\/\d{4}-\d{2}\.log$/);
    assert.equal((await stat(await fileOf())).mode & 0o077, 0);
    assert.equal((await stat(journal.folder)).mode & 0o077, 0);
  });

  it('loses and mixes nothing when several processes write at once, and kill -9 tears none', async () => {
    const each = 300;
    const program = `
      import { createJournal } from ${JSON.stringify(fileURLToPath(new URL('../../src/journal/journal.ts', import.meta.url)))};
      import { createLogger } from ${JSON.stringify(fileURLToPath(new URL('../../src/log.ts', import.meta.url)))};
      const journal = createJournal({ dataDir: ${JSON.stringify(dataDir)}, log: createLogger({ pretty: false }) });
      for (let n = 0; n < ${each}; n++) {
        await journal.note([{ kind: 'left', subject: process.argv[1] + n, word: 'link' }]);
        process.stdout.write(n + '\\n');
      }
      process.kill(process.pid, 'SIGKILL');`;
    const writers = ['a', 'b', 'c'].map((name) =>
      spawn(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program, name],
        {
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      ),
    );
    const ends = await Promise.all(writers.map((writer) => once(writer, 'exit')));
    assert.deepEqual(
      ends.map(([, signal]) => signal),
      ['SIGKILL', 'SIGKILL', 'SIGKILL'],
    );
    const { entries, journals, damaged } = await readJournals([journal.folder], 0);
    assert.equal(new Set(entries.map(({ subject }) => subject)).size, 3 * each);
    assert.equal(journals.size, 1, 'one id, whoever was first');
    assert.deepEqual(damaged, []);
  });

  it('goes on behind a line that a crash tore, and reports it with its number', async () => {
    await journal.note([LEFT]);
    await appendFile(await fileOf(), `\n${formatEntry({ at: Date.now(), ...LEFT }).slice(0, 40)}`);
    await openJournal().note([{ ...LEFT, subject: 'behind' }]);
    const { entries, damaged } = await readJournals([journal.folder], 0);
    assert.deepEqual(
      entries.map(({ subject }) => subject),
      [LEFT.subject, 'behind'],
    );
    assert.deepEqual(damaged, [{ file: await fileOf(), line: 4 }]);
  });

  it('tries again what could not be written, says so once, and has it all in the end', async () => {
    await writeFile(join(dataDir, 'journal'), 'a file where the folder belongs');
    await journal.note([LEFT]);
    await journal.note([{ ...LEFT, subject: 'second' }]);
    assert.equal(logged.filter((line) => line.includes('journal cannot be written')).length, 1);
    await assert.rejects(
      journal.write([{ kind: 'sent', subject: '101', word: 'begun' }]),
      (error) => error instanceof AppError && error.code === 'journal_unwritable',
    );
    await assert.rejects(
      journal.close(),
      (error) => error instanceof AppError && /2 changes took effect/.test(error.message),
    );
    await rm(join(dataDir, 'journal'));
    await journal.close();
    const { entries } = await readJournals([journal.folder], 0);
    assert.deepEqual(
      entries.map(({ subject }) => subject),
      [LEFT.subject, 'second'],
      'what was refused is not in it',
    );
  });

  it('is read from files and folders of several hosts, in the order of time, since a moment', async () => {
    const line = (at: number, subject: string) => formatEntry({ ...LEFT, at, subject });
    const [one, two] = [join(dataDir, 'one.log'), join(dataDir, 'two.log')];
    await writeFile(one, `\n${line(5_000, 'c')}\n${line(1_000, 'before')}`);
    await writeFile(two, `\n${line(3_000, 'a')}\n${line(4_000, 'b')}\n`);
    const { entries } = await readJournals([one, two], 2_000);
    assert.deepEqual(
      entries.map(({ subject }) => subject),
      ['a', 'b', 'c'],
    );
    await assert.rejects(
      readJournals([join(dataDir, 'absent.log')], 0),
      (error) => error instanceof AppError && error.code === 'file_missing',
    );
    assert.doesNotMatch(await readFile(one, 'utf8'), /@/);
  });
});
