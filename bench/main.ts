/**
 * `npm run bench`: what a message costs, ours and others', from one run on one machine.
 *
 * The contestants take turns over the repetitions, so that whatever else the machine does falls on
 * all of them; medians and spread are printed. CPU time is what the kernel counted for the
 * processes that do the work (the sink's aside), which a busy machine changes far less than rates.
 */

import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { archiveTable, loadArchive } from './archive.js';
import {
  type Arena,
  CONTESTANTS,
  type Contestant,
  type RunFigures,
  runOnce,
  smtpSource,
} from './contestants.js';
import { type Growth, growTo } from './growth.js';
import { burstTable, leaveInBurst } from './leaving.js';
import { type BenchOptions, readOptions, USAGE } from './options.js';
import { Helper } from './process.js';
import { Publication } from './publication.js';
import { keepRate, rateTable } from './rate.js';
import { measureSearch, searchTable } from './search.js';
import { number, show, summarize, table } from './table.js';

const options = parsed();
if (options === 'help') process.stdout.write(`${USAGE}\n`);
else await bench(options);

function parsed(): BenchOptions | 'help' {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

async function bench(given: BenchOptions): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? '?',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    date: new Date().toISOString(),
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
  };
  print(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  );
  const search = isWanted('search', given) ? await measureSearch(given) : undefined;
  if (search) print(`\n${searchTable(search)}`);
  const archive = isWanted('archive', given) ? await loadArchive(given) : undefined;
  if (archive) print(`\n${archiveTable(archive)}`);
  const sink = new Helper('sink');
  const { listening } = await sink.hear<{ listening: { port: number } }>();
  try {
    const runs = await compete(given, sink, listening.port);
    const rate = isWanted('rate', given) ? await keepRate(sink, listening.port) : undefined;
    if (rate) print(`\n${rateTable(rate)}`);
    const isBurstWanted = isWanted('leaving', given);
    const leaving = isBurstWanted ? await leaveInBurst(given, sink, listening.port) : undefined;
    if (leaving) print(`\n${burstTable(leaving)}`);
    const growth = await grow(given, sink, listening.port);
    if (given.json === undefined) return;
    const measured = { contestants: runs, rate, leaving, growth, search, archive };
    const document = { machine, options: given, ...measured };
    writeFileSync(given.json, `${JSON.stringify(document, undefined, 2)}\n`);
  } finally {
    await sink.end();
  }
}

interface Runs {
  contestant: Contestant;
  runs: RunFigures[];
}

/** A whole name means that one alone; a part, everybody who has it. */
function isWanted(name: string, { only }: BenchOptions): boolean {
  const isName = (part: string) => CONTESTANTS.some((one) => one.name === part);
  return (
    only.length === 0 || only.some((part) => (isName(part) ? name === part : name.includes(part)))
  );
}

async function compete(given: BenchOptions, sink: Helper, port: number): Promise<Runs[]> {
  const wanted = CONTESTANTS.filter(({ name, kind }) => {
    if (!isWanted(name, given)) return false;
    if (kind !== 'smtp-source' || smtpSource() !== undefined) return true;
    print(`${name}: left out, Postfix's smtp-source is not installed (npm run setup -- --tests)`);
    return false;
  });
  if (wanted.length === 0) return [];
  const arena = await makeArena(wanted, given, sink, port);
  const all = wanted.map((contestant): Runs => ({ contestant, runs: [] }));
  try {
    for (let round = 1; round <= given.repeat; round++) {
      for (const { contestant, runs } of all) {
        const messages = Math.max(1, Math.round(given.recipients * contestant.share));
        const run = await runOnce(contestant, arena, messages).catch((error) => {
          // It is only the floor, and gives up at the first thing that is not as it likes it.
          if (contestant.kind !== 'smtp-source') throw error;
          print(`${round}/${given.repeat} ${contestant.name}: ${error.message}`);
        });
        if (run === undefined) continue;
        runs.push(run);
        progress(
          `${round}/${given.repeat} ${contestant.name}: ${number(run.messagesPerSecond)}/s, ${number(run.cpuMicros)} µs`,
        );
      }
    }
  } finally {
    await arena.remove();
  }
  print(`\n${contestantTable(all)}\n\n${ratios(all)}`);
  return all;
}

/** A publication for each number of recipients, signing or not: a send goes to the whole list. */
async function makeArena(
  wanted: readonly Contestant[],
  given: BenchOptions,
  sink: Helper,
  port: number,
): Promise<Arena & { remove(): Promise<void> }> {
  const made = new Map<string, Publication>();
  const keyOf = ({ signed, share, durability }: Contestant) => `${signed}/${share}/${durability}`;
  for (const contestant of wanted) {
    if (made.has(keyOf(contestant))) continue;
    const { signed, durability } = contestant;
    const publication = new Publication({ signed, durability, profile: given.profile });
    made.set(keyOf(contestant), publication);
    await publication.make();
    // Only pressrun needs a list in Redis.
    const has = wanted.some((one) => one.kind === 'pressrun' && keyOf(one) === keyOf(contestant));
    if (!has) continue;
    await publication.importReaders(0, Math.round(given.recipients * contestant.share));
  }
  return {
    sink,
    port,
    publication: (contestant) => {
      const publication = made.get(keyOf(contestant));
      if (!publication) throw new Error('no publication was made for this contestant');
      return publication;
    },
    async remove() {
      for (const publication of made.values()) await publication.remove();
    },
  };
}

function contestantTable(all: readonly Runs[]): string {
  const of = (runs: readonly RunFigures[], field: keyof RunFigures) =>
    summarize(runs.map((run) => run[field] ?? Number.NaN));
  const rows = all.map(({ contestant, runs }) => [
    contestant.name,
    number(runs[0]?.messages ?? 0),
    show(of(runs, 'messagesPerSecond')),
    show(of(runs, 'cpuMicros')),
    runs[0]?.redisMicros === undefined ? '' : show(of(runs, 'redisMicros')),
    number(of(runs, 'peakMegabytes').median),
    number(of(runs, 'messageBytes').median),
    number(of(runs, 'sinkShare').median, 2),
  ]);
  const head = ['contestant', 'messages', 'messages/s', 'CPU µs/message', 'of which Redis'];
  return table([[...head, 'peak MB', 'bytes', "sink's core"], ...rows]);
}

/** The sentences everybody looks for. */
function ratios(all: readonly Runs[]): string {
  const median = (name: string) => {
    const found = all.find(({ contestant }) => contestant.name === name);
    return found && summarize(found.runs.map((run) => run.cpuMicros)).median;
  };
  const lines = ['', ', signed'].flatMap((suffix) => {
    const [ours, theirs] = [median(`pressrun${suffix}`), median(`nodemailer composing${suffix}`)];
    if (ours === undefined || theirs === undefined) return [];
    return [
      `CPU of nodemailer composing${suffix} / pressrun${suffix}: ${number(theirs / ours, 1)}`,
    ];
  });
  return lines.join('\n');
}

async function grow(given: BenchOptions, sink: Helper, port: number): Promise<Growth[]> {
  if (!isWanted('growth', given)) return [];
  const rows: Growth[] = [];
  for (const size of given.sizes) {
    const row = await growTo(size, sink, port);
    progress(`growth ${number(size)}: ${number(row.messagesPerSecond)}/s`);
    rows.push(row);
  }
  print(`\n${growthTable(rows)}`);
  return rows;
}

function growthTable(rows: readonly Growth[]): string {
  const head = ['subscribers', 'import rows/s', 'B/subscriber', 'first message s'];
  const more = ['after freezing s', 'planned s', 'delivered s', 'messages/s', 'CPU µs'];
  return table([
    [...head, ...more, 'B/recipient', 'worker MB', 'Redis MB'],
    ...rows.map((row) => [
      number(row.subscribers),
      number(row.importRowsPerSecond),
      number(row.bytesPerSubscriber),
      number(row.firstMessageSeconds, 2),
      number(row.firstMessageAfterFreezeSeconds, 2),
      number(row.plannedSeconds, 1),
      number(row.deliveredSeconds, 1),
      number(row.messagesPerSecond),
      number(row.cpuMicros),
      number(row.bytesPerRecipient, 1),
      number(row.workerPeakMegabytes),
      number(row.redisPeakMegabytes),
    ]),
  ]);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
