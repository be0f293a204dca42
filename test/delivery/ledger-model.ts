/**
 * The ledger of one shard as plain objects, written to be obviously right: no bytes, no epochs, no
 * counters. What the Lua scripts do is held against this, command by command.
 */
import type { Verb, Whom } from '../../src/delivery/ledger.js';
import type { Outcome, RecipientState, Settlement } from '../../src/delivery/types.js';
import type { Edition } from '../../src/issue/editions.js';

export interface ModelRow {
  tail: string;
  state: RecipientState;
  attempts: number;
  resent: boolean;
  revision: number;
  /** What the last claim gave out. */
  edition: Edition;
  /** After the start of the send: of the last change, or when a deferred one is due. */
  seconds: number;
  class: string;
  words: string;
  /** Whose claim it is, or whose doubt. */
  holder: ModelWorker | undefined;
  /** Which of the holder's claims it came with. */
  request: number;
}

export interface ModelBatch {
  first: number;
  count: number;
  serial: number;
  /** Who opened it last: nobody else may claim or settle. */
  holder: ModelWorker | undefined;
}

export interface ModelWorker {
  batch: ModelBatch;
  revision: number;
}

export interface ModelPerson {
  /** undefined: erased, or not on the list yet. */
  status: 'active' | 'unsubscribed' | undefined;
  suppressed: string | undefined;
  /** What they chose. */
  edition: Edition;
}

export interface ModelGate {
  open: boolean;
  revision: number;
  /** Whether that one has an edition of the highlights. */
  highlights: boolean;
  step: number;
}

interface Reason {
  class: string;
  words: string;
}

export class LedgerModel {
  /** Epoch ms. */
  now: number;
  readonly start: number;
  /** By tail. */
  readonly people = new Map<string, ModelPerson>();
  planned = false;
  rows: ModelRow[] = [];
  batches: ModelBatch[] = [];
  gate: ModelGate = { open: false, revision: 0, highlights: false, step: 0 };
  /** Since when its recipients are being tried, epoch ms. */
  since = 0;

  constructor(start: number) {
    this.start = start;
    this.now = start;
  }

  /** What a command does whose time (epoch ms) may be past. */
  at<Result>(time: number, act: () => Result): Result {
    const { now } = this;
    this.now = time;
    const result = act();
    this.now = now;
    return result;
  }

  /** Tails of everybody who may be mailed and is in no row. */
  newcomers(): string[] {
    const known = new Set(this.rows.map(({ tail }) => tail));
    return [...this.people]
      .filter(([tail, { status, suppressed }]) => {
        return status === 'active' && suppressed === undefined && !known.has(tail);
      })
      .map(([tail]) => tail);
  }

  /** @param tails in the order of the ledger */
  plan(tails: readonly string[], batchSize: number, gate: ModelGate): void {
    this.planned = true;
    this.gate = gate;
    this.since = this.start;
    this.addRows(tails, batchSize);
  }

  append(tails: readonly string[], batchSize: number): void {
    if (tails.length > 0) this.since = this.now;
    this.addRows(tails, batchSize);
  }

  setGate(gate: ModelGate): void {
    if (this.planned && gate.step >= this.gate.step) this.gate = gate;
  }

  open(batch: ModelBatch, serial: number): ModelWorker | undefined {
    if (serial < batch.serial) return undefined;
    const worker = { batch, revision: this.gate.revision };
    batch.holder = worker;
    for (const row of this.rowsOf(batch)) if (row.state === 'claimed') this.doubt(row);
    return worker;
  }

  claim(
    worker: ModelWorker,
    positions: readonly number[],
    request: number,
  ): 'stale' | 'shut' | 'revised' | number[] {
    if (worker.batch.holder !== worker) return 'stale';
    if (!this.gate.open) return 'shut';
    if (worker.revision !== this.gate.revision) return 'revised';
    return positions.filter((position) => this.claimOne(worker, this.row(position), request));
  }

  /** @returns those that were written */
  settle(worker: ModelWorker, settlements: readonly Settlement[]): Settlement[] {
    return settlements.filter((settlement) => this.settleOne(worker, settlement));
  }

  requeue(batch: ModelBatch, serial: number): number | undefined {
    if (serial !== batch.serial) return undefined;
    batch.serial += 1;
    return batch.serial;
  }

  reassign(verb: Verb, whom: Omit<Whom, 'id'> & { position?: number }): object {
    const sum = { moved: 0, resentBefore: 0, fresh: 0 };
    const from = {
      resend: 'uncertain',
      assume: 'uncertain',
      retry: 'rejected',
      expire: 'deferred',
    };
    for (const [position, row] of this.rows.entries()) {
      if (row.state !== from[verb]) continue;
      if (whom.position !== undefined && whom.position !== position) continue;
      if (whom.class !== undefined && whom.class !== row.class) continue;
      if (verb === 'resend' && row.resent) sum.resentBefore += 1;
      else if (whom.before !== undefined && row.seconds > this.secondsAt(whom.before)) {
        sum.fresh += 1;
      } else {
        sum.moved += 1;
        this.reassignOne(verb, row);
      }
    }
    if (sum.moved > 0 && (verb === 'resend' || verb === 'retry')) this.since = this.now;
    return sum;
  }

  row(position: number): ModelRow {
    const row = this.rows[position];
    if (row === undefined) throw new Error(`the model has no row ${position}`);
    return row;
  }

  rowsOf({ first, count }: ModelBatch): ModelRow[] {
    return this.rows.slice(first, first + count);
  }

  /** Whom a worker may still ask for, as open tells it. */
  waitingIn(batch: ModelBatch): { position: number; tail: string; dueAt: number }[] {
    return this.rowsOf(batch).flatMap(({ state, tail, seconds }, offset) => {
      if (state !== 'pending' && state !== 'deferred') return [];
      const dueAt = state === 'deferred' ? this.start + seconds * 1000 : 0;
      return [{ position: batch.first + offset, tail, dueAt }];
    });
  }

  unfinished(): ModelBatch[] {
    return this.batches.filter((batch) => this.rowsOf(batch).some(isLeft));
  }

  private addRows(tails: readonly string[], batchSize: number): void {
    const first = this.rows.length;
    this.rows.push(...tails.map(newRow));
    for (let at = first; at < this.rows.length; at += batchSize) {
      const count = Math.min(batchSize, this.rows.length - at);
      this.batches.push({ first: at, count, serial: 1, holder: undefined });
    }
  }

  private claimOne(worker: ModelWorker, row: ModelRow, request: number): boolean {
    const edition = this.gate.highlights ? this.people.get(row.tail)?.edition : 'full';
    if (row.state === 'claimed') {
      if (row.holder !== worker || row.request !== request) return false;
      // Its first reply was lost: what they want by now.
      row.edition = edition ?? 'full';
      return true;
    }
    const due = row.state === 'deferred' && row.seconds <= this.secondsAt(this.now);
    if (row.state !== 'pending' && !due) return false;
    const reason = this.reasonAgainst(row.tail);
    if (reason !== undefined) {
      this.change(row, 'skipped', { class: reason, words: '' });
      return false;
    }
    row.state = 'claimed';
    row.edition = edition ?? 'full';
    row.holder = worker;
    row.request = request;
    return true;
  }

  private reasonAgainst(tail: string): string | undefined {
    const person = this.people.get(tail);
    if (person?.suppressed !== undefined) return person.suppressed;
    if (person?.status === undefined) return 'erased';
    return person.status === 'unsubscribed' ? 'unsubscribed' : undefined;
  }

  /** The worker that claimed it is gone, and nobody knows what became of the message. */
  private doubt(row: ModelRow): void {
    row.attempts += 1;
    row.revision = row.holder?.revision ?? row.revision;
    const words = 'the worker that held this recipient disappeared';
    this.change(row, 'uncertain', { class: 'worker-lost', words });
  }

  private settleOne(worker: ModelWorker, { position, outcome }: Settlement): boolean {
    const row = this.row(position);
    const held = row.state === 'claimed' && row.holder === worker;
    const late = row.state === 'uncertain' && row.holder === worker && outcome.kind !== 'uncertain';
    if (!held && !late) return false;
    if (held) row.attempts += 1;
    if (outcome.kind === 'returned') {
      row.attempts -= 1;
      // Back where it was. (Who is mailed again after a doubt waits as pending, due as much.)
      const state = row.attempts > 0 && !row.resent ? 'deferred' : 'pending';
      this.change(row, state, { class: '', words: '' });
    } else {
      row.revision = worker.revision;
      this.change(row, outcome.kind, reasonOf(outcome));
      // Not before the time it was deferred to.
      if (outcome.kind === 'deferred') row.seconds = this.secondsAt(outcome.dueAt) + 1;
    }
    return true;
  }

  private reassignOne(verb: Verb, row: ModelRow): void {
    const nothing = { class: '', words: '' };
    if (verb === 'resend') {
      row.resent = true;
      this.change(row, 'pending', nothing);
    } else if (verb === 'retry') {
      row.attempts = 0;
      this.change(row, 'pending', nothing);
    } else if (verb === 'assume') this.change(row, 'assumed', row);
    else this.change(row, 'rejected', { class: 'expired', words: row.words });
    row.holder = undefined;
  }

  private change(row: ModelRow, state: RecipientState, reason: Reason): void {
    Object.assign(row, { state, class: reason.class, words: reason.words });
    row.seconds = this.secondsAt(this.now);
  }

  private secondsAt(time: number): number {
    return Math.floor((time - this.start) / 1000);
  }
}

function newRow(tail: string): ModelRow {
  return {
    ...{ tail, state: 'pending', attempts: 0, resent: false, revision: 1 },
    ...{ edition: 'full', seconds: 0 },
    ...{ class: '', words: '', holder: undefined, request: 0 },
  };
}

export function isLeft({ state }: ModelRow): boolean {
  return state === 'pending' || state === 'claimed' || state === 'deferred';
}

function reasonOf(outcome: Exclude<Outcome, { kind: 'returned' }>): Reason {
  switch (outcome.kind) {
    case 'accepted':
      return { class: '', words: '' };
    case 'uncertain':
      return { class: 'connection-lost', words: outcome.words };
    default:
      return { class: outcome.class, words: outcome.words };
  }
}
