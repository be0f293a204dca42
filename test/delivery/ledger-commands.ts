/** What can happen to a ledger, in any order: each command does it to the model and to the real one. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Verb } from '../../src/delivery/ledger.js';
import type { Outcome, Settlement } from '../../src/delivery/types.js';
import { EDITIONS, type Edition } from '../../src/issue/editions.js';
import { fc } from '../support/fast-check.js';
import type { LedgerModel, ModelBatch } from './ledger-model.js';
import {
  addressesInShard,
  assertSame,
  ISSUE,
  SHARD,
  shrinkBatches,
  tailOfAddress,
  tailsInLedger,
  type UnderTest,
  type Worker,
} from './ledger-under-test.js';

/** Some are on the list from the start, the others join or are never there. */
export const PEOPLE = 10;
const BATCH_SIZE = 4;

type Command = fc.AsyncCommand<LedgerModel, UnderTest>;
type Run = (model: LedgerModel, real: UnderTest) => Promise<void>;

function command(
  name: string,
  run: Run,
  check: (model: LedgerModel) => boolean = isPlanned,
): Command {
  return {
    check,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      await assertSame(model, real);
    },
  };
}

const isPlanned = (model: Readonly<LedgerModel>): boolean => model.planned;
const always = (): boolean => true;
const show = (value: unknown): string => JSON.stringify(value);
const pick = <Item>(items: readonly Item[], at: number): Item | undefined =>
  items[at % Math.max(1, items.length)];

async function join(model: LedgerModel, real: UnderTest, n: number): Promise<void> {
  const address = addressesInShard(real, PEOPLE)[n];
  assert.ok(address);
  await real.audience.put([{ address, name: `Reader ${n}` }], { source: 'test', at: 0 });
  const tail = tailOfAddress(real, address);
  const known = model.people.get(tail);
  if (known?.suppressed === undefined && known?.status === undefined) {
    model.people.set(tail, { status: 'active', suppressed: undefined, edition: 'full' });
  }
}

async function plan(model: LedgerModel, real: UnderTest): Promise<void> {
  const expected = model.newcomers();
  const gate = { open: true, revision: 1, highlights: true, step: 1 };
  const count = await real.ledger.plan(ISSUE, SHARD, { startedAt: model.start, ...gate });
  if (model.planned) return assert.equal(count, model.rows.length);
  const tails = await tailsInLedger(real);
  assert.deepEqual([...tails].sort(), [...expected].sort());
  await shrinkBatches(real, BATCH_SIZE);
  model.plan(tails, BATCH_SIZE, gate);
  real.gates.push(gate);
}

async function append(model: LedgerModel, real: UnderTest): Promise<void> {
  const expected = model.newcomers();
  assert.equal(await real.ledger.countNewcomers(ISSUE), expected.length);
  assert.equal(await real.ledger.append(ISSUE, SHARD), expected.length);
  const added = (await tailsInLedger(real)).slice(model.rows.length);
  assert.deepEqual([...added].sort(), [...expected].sort());
  model.append(added, BATCH_SIZE);
}

function refOf({ first, count }: ModelBatch, serial: number) {
  return { issue: ISSUE, lane: 'default', shard: SHARD, first, count, serial };
}

async function open(model: LedgerModel, real: UnderTest, at: number, older: number): Promise<void> {
  const batch = pick(model.batches, at);
  if (batch === undefined) return;
  const serial = batch.serial - older;
  const opened = await real.ledger.open(refOf(batch, serial));
  const worker = model.open(batch, serial);
  assert.equal(opened !== undefined, worker !== undefined);
  if (opened === undefined || worker === undefined) return;
  assert.deepEqual(opened.waiting, model.waitingIn(batch));
  assert.equal(opened.revision, worker.revision);
  assert.equal(opened.since, model.since);
  real.workers.push({ model: worker, batch: opened, held: [], lost: undefined });
}

interface Claim {
  worker: number;
  from: number;
  count: number;
  lose: boolean;
}

/** The newest workers most often, and now and then one that was replaced long ago. */
function workerAt(real: UnderTest, at: number): Worker | undefined {
  const worker = pick([...real.workers].reverse(), at);
  // One that waits for a reply does nothing else.
  return worker?.lost === undefined ? worker : undefined;
}

async function claim(model: LedgerModel, real: UnderTest, asked: Claim): Promise<void> {
  const worker = workerAt(real, asked.worker);
  if (worker === undefined) return;
  const { batch } = worker.model;
  const who = model
    .rowsOf(batch)
    .map(({ tail }, offset) => ({ position: batch.first + offset, tail, dueAt: 0 }))
    .slice(asked.from, asked.from + asked.count);
  const positions = who.map(({ position }) => position);
  real.requests += 1;
  const request = real.requests;
  const line = asked.lose ? real.loseNextReply() : undefined;
  const reply = real.ledger.claim(worker.batch, who);
  const askedAt = model.now;
  const hear = async (): Promise<void> => {
    // Sent again it is the very same command, its time included.
    const expected = model.at(askedAt, () => model.claim(worker.model, positions, request));
    hearClaim(model, real, worker, expected, await reply);
  };
  if (line === undefined) return hear();
  await line.carriedOut;
  model.claim(worker.model, positions, request);
  worker.lost = async () => {
    line.sendAgain();
    await hear();
  };
}

function hearClaim(
  model: LedgerModel,
  real: UnderTest,
  worker: Worker,
  expected: ReturnType<LedgerModel['claim']>,
  reply: Awaited<ReturnType<UnderTest['ledger']['claim']>>,
): void {
  if (reply.kind !== 'claimed') {
    assert.equal(reply.kind, expected);
    return;
  }
  assert.deepEqual(
    reply.claimed.map(({ position }) => position),
    expected,
  );
  for (const { position, attempt, edition, recipient } of reply.claimed) {
    assert.equal(edition, model.row(position).edition);
    assert.equal(attempt, model.row(position).attempts + 1);
    assert.equal(recipient.id, SHARD + model.row(position).tail);
    assert.ok(!real.mayHave.has(position), 'nobody is given out who may have the message');
    real.mayHave.add(position);
    worker.held.push({ position, attempt });
  }
}

interface Settle {
  worker: number;
  kind: Outcome['kind'];
  count: number;
  lose: boolean;
  /** Seconds until due. */
  later: number;
}

async function settle(model: LedgerModel, real: UnderTest, asked: Settle): Promise<void> {
  const worker = workerAt(real, asked.worker);
  if (worker === undefined) return;
  const outcome = outcomeOf(asked.kind, model.now + asked.later * 1000);
  const settlements = worker.held.splice(0, asked.count).map((held) => ({ ...held, outcome }));
  const line = asked.lose ? real.loseNextReply() : undefined;
  const written = real.ledger.settle(worker.batch, settlements);
  if (line !== undefined) await line.carriedOut;
  const expected = model.settle(worker.model, settlements);
  tellWhoHasNothing(real, expected);
  if (line === undefined) return assert.equal(await written, expected.length);
  worker.lost = async () => {
    line.sendAgain();
    assert.equal(await written, 0, 'it was written the first time');
  };
}

function tellWhoHasNothing(real: UnderTest, written: readonly Settlement[]): void {
  for (const { position, outcome } of written) {
    if (['deferred', 'returned', 'rejected'].includes(outcome.kind)) real.mayHave.delete(position);
  }
}

function outcomeOf(kind: Outcome['kind'], dueAt: number): Outcome {
  switch (kind) {
    case 'deferred':
      return { kind, class: 'mailbox-full', words: '452 full', dueAt };
    case 'rejected':
      return { kind, class: 'unknown-user', words: '550 no such user' };
    case 'uncertain':
      return { kind, words: 'the line was cut' };
    default:
      return { kind };
  }
}

async function sendAgain(_model: LedgerModel, real: UnderTest): Promise<void> {
  const worker = real.workers.find(({ lost }) => lost !== undefined);
  const again = worker?.lost;
  if (worker === undefined || again === undefined) return;
  worker.lost = undefined;
  await again();
}

type Leaving = 'unsubscribe' | 'erase' | 'suppress';

async function leave(model: LedgerModel, real: UnderTest, n: number, how: Leaving): Promise<void> {
  const address = addressesInShard(real, PEOPLE)[n];
  assert.ok(address);
  const id = real.audience.idOf(address);
  const tail = tailOfAddress(real, address);
  const { status, suppressed, edition } = model.people.get(tail) ?? {
    status: undefined,
    suppressed: undefined,
    edition: 'full',
  };
  if (how === 'unsubscribe') {
    await real.audience.unsubscribe(id);
    // Somebody who is not on the list must not come onto it.
    if (status) model.people.set(tail, { status: 'unsubscribed', suppressed, edition });
    else model.people.set(tail, { status, suppressed: suppressed ?? 'unsubscribed', edition });
  } else if (how === 'erase') {
    await real.audience.erase(id);
    model.people.set(tail, { status: undefined, suppressed: 'erased', edition: 'full' });
  } else {
    await real.audience.suppress(id, 'bounced');
    model.people.set(tail, { status, suppressed: suppressed ?? 'bounced', edition });
  }
}

async function choose(
  model: LedgerModel,
  real: UnderTest,
  n: number,
  edition: Edition,
): Promise<void> {
  const address = addressesInShard(real, PEOPLE)[n];
  assert.ok(address);
  const person = model.people.get(tailOfAddress(real, address));
  const chosen = await real.audience.chooseEdition(real.audience.idOf(address), edition);
  assert.equal(chosen, person?.status === 'active');
  if (person && chosen) person.edition = edition;
}

interface Turn {
  open: boolean;
  amend: boolean;
  /** Of what is amended. */
  highlights: boolean;
  /** How many steps ago it was right; the process that says it was slow. */
  late: number;
}

async function turnGate(model: LedgerModel, real: UnderTest, turn: Turn): Promise<void> {
  const newest = real.gates.at(-1);
  assert.ok(newest);
  const revision = Math.min(8, newest.revision + (turn.amend ? 1 : 0));
  const highlights = turn.amend ? turn.highlights : newest.highlights;
  if (turn.late === 0) {
    real.gates.push({ open: turn.open, revision, highlights, step: newest.step + 1 });
  }
  const gate = real.gates.at(-1 - turn.late) ?? real.gates[0];
  assert.ok(gate);
  await real.ledger.setGate(ISSUE, gate);
  model.setGate(gate);
}

interface Word {
  verb: Verb;
  one: number | undefined;
  class: string | undefined;
  /** Seconds. */
  olderThan: number | undefined;
}

async function reassign(model: LedgerModel, real: UnderTest, word: Word): Promise<void> {
  const position = word.one === undefined ? undefined : word.one % Math.max(1, model.rows.length);
  const row = position === undefined ? undefined : model.rows[position];
  if (position !== undefined && row === undefined) return;
  const before = word.olderThan === undefined ? undefined : model.now - word.olderThan * 1000;
  const whom = {
    ...(word.class !== undefined && { class: word.class }),
    ...(before !== undefined && { before }),
  };
  const doubtful = model.rows.map(({ state }) => state === 'uncertain');
  const said = await real.ledger.reassign(ISSUE, word.verb, {
    ...whom,
    ...(row && { id: SHARD + row.tail }),
  });
  assert.deepEqual(
    said,
    model.reassign(word.verb, { ...whom, ...(position !== undefined && { position }) }),
  );
  // The declared exception: an operator took the risk.
  for (const [at, { state }] of model.rows.entries()) {
    if (doubtful[at] && state === 'pending') real.mayHave.delete(at);
  }
}

async function requeue(
  model: LedgerModel,
  real: UnderTest,
  at: number,
  off: number,
): Promise<void> {
  const batch = pick(model.batches, at);
  if (batch === undefined) return;
  const serial = batch.serial - off;
  const replaced = await real.ledger.requeue(refOf(batch, serial));
  assert.equal(replaced?.serial, model.requeue(batch, serial));
}

async function tick(model: LedgerModel, ms: number): Promise<void> {
  model.now += ms;
  mock.timers.setTime(model.now);
}

const small = fc.nat(7);
const claims = fc.record({
  worker: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(4)),
  from: fc.nat(BATCH_SIZE - 1),
  count: fc.integer({ min: 1, max: BATCH_SIZE }),
  lose: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const settlements = fc.record({
  worker: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(4)),
  kind: fc.constantFrom<Outcome['kind']>(
    'accepted',
    'deferred',
    'rejected',
    'returned',
    'uncertain',
  ),
  count: fc.integer({ min: 1, max: BATCH_SIZE }),
  lose: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  later: fc.nat(20),
});
const words = fc.record({
  verb: fc.constantFrom<Verb>('resend', 'assume', 'retry', 'expire'),
  one: fc.option(small, { nil: undefined }),
  class: fc.option(fc.constantFrom('unknown-user', 'worker-lost'), { nil: undefined, freq: 1 }),
  olderThan: fc.option(fc.nat(20), { nil: undefined }),
});
const turns = fc.record({
  open: fc.boolean(),
  amend: fc.boolean(),
  highlights: fc.boolean(),
  late: fc.nat(2),
});
const leavings = fc.constantFrom<Leaving>('unsubscribe', 'erase', 'suppress');

/** Planning, take-overs, claims and settlements often; the rest now and then. */
export const commands: fc.Arbitrary<Command>[] = [
  fc.constant(command('plan', plan, always)),
  small.map((n) => command(`join ${n}`, (model, real) => join(model, real, n), always)),
  fc.constant(command('append', append)),
  ...[1, 2].map(() =>
    fc
      .tuple(small, fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constant(1)))
      .map(([at, older]) =>
        command(`open ${at} ${older}`, (model, real) => open(model, real, at, older)),
      ),
  ),
  ...[1, 2, 3].map(() =>
    claims.map((asked) =>
      command(`claim ${show(asked)}`, (model, real) => claim(model, real, asked)),
    ),
  ),
  ...[1, 2, 3].map(() =>
    settlements.map((asked) =>
      command(`settle ${show(asked)}`, (model, real) => settle(model, real, asked)),
    ),
  ),
  fc.constant(command('send again', sendAgain)),
  fc
    .tuple(small, leavings)
    .map(([n, how]) => command(`${how} ${n}`, (model, real) => leave(model, real, n, how), always)),
  fc
    .tuple(small, fc.constantFrom(...EDITIONS))
    .map(([n, edition]) =>
      command(`choose ${edition} ${n}`, (model, real) => choose(model, real, n, edition), always),
    ),
  turns.map((turn) => command(`gate ${show(turn)}`, (model, real) => turnGate(model, real, turn))),
  ...[1, 2].map(() =>
    words.map((word) => command(`say ${show(word)}`, (model, real) => reassign(model, real, word))),
  ),
  fc
    .tuple(small, fc.nat(1))
    .map(([at, off]) =>
      command(`requeue ${at} ${off}`, (model, real) => requeue(model, real, at, off)),
    ),
  fc
    .integer({ min: 1, max: 20_000 })
    .map((ms) => command(`tick ${ms}`, (model) => tick(model, ms), always)),
];

/** The list as the send finds it. */
export async function prepare(model: LedgerModel, real: UnderTest, people: number): Promise<void> {
  for (let n = 0; n < people; n++) await join(model, real, n);
  await plan(model, real);
  await assertSame(model, real);
}
