/**
 * One batch: open → (reserve → claim → personalise → send → settle)* → done, later, or given back.
 *
 * There are two senders to a connection: while one's message waits for its reply, the other's
 * envelope is under way behind it (smtp/conversation.ts). Each holds one claimed recipient, so two
 * per connection are what a dead worker leaves in doubt at most. Senders without work are given it
 * in groups, and what became of the messages before is settled in the same call: a group costs Redis
 * little more than one of its members.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Failures } from '../audience/failures.js';
import type { Config } from '../config/types.js';
import type { Composer } from '../message/compose.js';
import type { ComposedMessage } from '../message/types.js';
import { TOO_LATE, type Transport } from '../smtp/types.js';
import type { Copy } from './composers.js';
import { judge, type Verdict } from './judge.js';
import type { Lane, Route, Trouble } from './lane.js';
import type { LedgerStore } from './ledger.js';
import { Outcomes } from './outcomes.js';
import { nextAttemptAt } from './retry.js';
import type { BatchRef, Claimed, ClaimReply, OpenBatch, Waiting } from './types.js';

/** What the queue is to do with the job. */
export type JobResult =
  /** Nobody is left in this batch, or it is not ours to work on. */
  | { kind: 'done' }
  /** Run it again at this time (epoch ms): somebody is deferred, or the lane backs off. */
  | { kind: 'later'; at: number }
  /** This worker stops: let another one have it at once. */
  | { kind: 'give-back' };

/** A relay as a batch uses it. */
export interface Relay {
  transport: Transport;
  /** The composer of one edition of a send, as this relay wants its messages. */
  composerOf(copy: Copy): Promise<Composer>;
}

export interface DeliverOptions {
  ledger: LedgerStore;
  /** Milliseconds until a batch of this shard may be opened; see recall.ts. */
  readyIn(shard: string): Promise<number>;
  lane: Lane;
  /** The relay a route leads to, by name. */
  relayOf(name: string): Relay;
  /** Called for an address that must not be mailed again. */
  suppress(id: string): Promise<void>;
  /** Told what failed, and what was taken for somebody whose last mail failed. */
  failures: Failures;
  halt(issue: number, reason: string): Promise<void>;
  retry: Pick<Config['delivery'], 'retryMs' | 'giveUpAfterMs'>;
  /** What is claimed is sent within this time or given back: after it another worker may hold the batch. */
  leaseMs: number;
  /** Connections that one job may use. */
  connections: number;
  /** Aborted when this worker stops. */
  stopping: AbortSignal;
  log: Logger;
}

/** How long nobody is claimed when too few replicas have what was claimed. */
const REPLICAS_PAUSE_MS = 5_000;

type Uncopied = Extract<ClaimReply, { kind: 'uncopied' }>;

const SENDERS_PER_CONNECTION = 2;
/** How long senders without work wait for more of them, so that a claim is for a larger group. */
const GATHER_MS = 2;
/** A wait longer than this ends the job instead of holding its place in the queue. */
const LONGEST_WAIT_MS = 1_000;

const NOT_TRIED: Verdict = { outcome: { kind: 'returned' }, consequence: { kind: 'none' } };
const CANNOT_BE_COMPOSED: Verdict = {
  outcome: { kind: 'rejected', class: 'message', words: 'the message could not be composed' },
  consequence: { kind: 'none' },
};

export async function deliverBatch(ref: BatchRef, options: DeliverOptions): Promise<JobResult> {
  const waitMs = await options.readyIn(ref.shard);
  if (waitMs > 0) return { kind: 'later', at: Date.now() + waitMs };
  const batch = await options.ledger.open(ref);
  if (batch === undefined) return { kind: 'done' };
  return await new BatchRun(batch, options).run();
}

/** A recipient in a sender's hands. */
interface Taken {
  who: Claimed;
  /** When the claim was asked for, performance.now(). */
  claimedAt: number;
  /** The way the message takes. */
  route: Route;
}

interface IdleSender {
  /** undefined: there is nobody left to claim. */
  resolve(next: Taken | undefined): void;
  reject(error: unknown): void;
}

class BatchRun {
  private readonly batch: OpenBatch;
  private readonly options: DeliverOptions;
  private readonly waiting: Waiting[];
  private readonly deferredUntil: number[];
  /** Senders without work. */
  private readonly idle: IdleSender[] = [];
  private claiming = false;
  /** Runs while a few senders wait for more. */
  private gathering: NodeJS.Timeout | undefined;
  /** Routes that failed in this run: what was claimed for them goes back. */
  private readonly failed = new Set<Route>();
  /** Routes that were in trouble before this run and took no message since. */
  private readonly doubted = new Set<Route>();
  /** Somebody went back to where they were: the batch is not done. */
  private wentBack = false;
  /** Not written down yet: never more than there are senders without a message. */
  private readonly outcomes: Outcomes;
  /** Set when nobody further may be claimed, and why. */
  private end: JobResult | undefined;

  constructor(batch: OpenBatch, options: DeliverOptions) {
    this.batch = batch;
    this.options = options;
    this.outcomes = new Outcomes(
      (outcomes) => options.ledger.settle(batch, outcomes),
      () => this.stop({ kind: 'give-back' }),
    );
    const now = Date.now();
    this.waiting = batch.waiting.filter(({ dueAt }) => dueAt <= now);
    this.deferredUntil = batch.waiting.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > now);
  }

  async run(): Promise<JobResult> {
    const senders = this.options.connections * SENDERS_PER_CONNECTION;
    await Promise.all(Array.from({ length: senders }, () => this.sender()));
    await this.outcomes.end();
    if (this.end) return this.end;
    if (this.wentBack) return await this.again();
    return this.deferredUntil.length === 0
      ? { kind: 'done' }
      : { kind: 'later', at: Math.min(...this.deferredUntil) };
  }

  /** Somebody went back: at once when a route is open, else when the first one is. */
  private async again(): Promise<JobResult> {
    const { kind, waitMs } = await this.options.lane.reserve(0, LONGEST_WAIT_MS);
    return kind === 'held' ? { kind: 'later', at: Date.now() + waitMs } : { kind: 'give-back' };
  }

  private async sender(): Promise<void> {
    for (let next = await this.take(); next; next = await this.take()) {
      const verdict = await this.deliver(next);
      await this.heed(verdict, next);
      this.outcomes.add({
        position: next.who.position,
        attempt: next.who.attempt,
        outcome: verdict.outcome,
      });
    }
  }

  /** The next claimed recipient; undefined when there is nobody left to claim. */
  private take(): Promise<Taken | undefined> {
    return new Promise((resolve, reject) => {
      this.idle.push({ resolve, reject });
      if (!this.claiming) this.gather();
    });
  }

  /**
   * Supplies half of the senders at once: the others keep the connections busy until the claim is
   * answered. Fewer wait a moment for more, but a quarter at least is waited for as long as it takes.
   */
  private gather(): void {
    const { connections } = this.options;
    const wanted = (group: number): number => Math.min(group, this.waiting.length);
    if (this.end || this.idle.length >= wanted(connections)) return void this.supply();
    if (this.idle.length < wanted(Math.ceil(connections / 2))) return;
    this.gathering ??= setTimeout(() => void this.supply(), GATHER_MS);
  }

  /** Claims for the idle senders; lets them go when nobody is left to claim. */
  private async supply(): Promise<void> {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.claiming = true;
    try {
      if (!this.end && this.waiting.length > 0) {
        for (const taken of await this.claimGroup()) this.idle.shift()?.resolve(taken);
      }
      if (this.end || this.waiting.length === 0) {
        for (const { resolve } of this.idle.splice(0)) resolve(undefined);
      }
    } catch (error) {
      for (const { reject } of this.idle.splice(0)) reject(error);
    } finally {
      this.claiming = false;
    }
    if (this.idle.length > 0) this.gather();
  }

  /** @returns those claimed, at most as many as there are idle senders */
  private async claimGroup(): Promise<Taken[]> {
    const { ledger, lane, stopping } = this.options;
    if (stopping.aborted) return this.stop({ kind: 'give-back' });
    const group = this.waiting.slice(0, lane.largestGroup(this.idle.length));
    const reservation = await lane.reserve(group.length, LONGEST_WAIT_MS);
    if (reservation.kind === 'held') {
      return this.stop({ kind: 'later', at: Date.now() + reservation.waitMs });
    }
    const { route, troubled } = reservation;
    if (troubled) this.doubted.add(route);
    if (reservation.waitMs > 0) await sleep(reservation.waitMs);
    const claimedAt = performance.now();
    const reply = await ledger.claim(this.batch, group, this.outcomes.take());
    // Opened again, the batch goes on with the newer revision.
    if (reply.kind === 'revised') return this.stop({ kind: 'give-back' });
    if (reply.kind === 'uncopied') return await this.giveBack(reply, route);
    if (reply.kind !== 'claimed') return this.stop({ kind: 'done' });
    this.waiting.splice(0, group.length);
    return reply.claimed.map((who) => ({ who, claimedAt, route }));
  }

  /** Mailed now, they could be mailed again after a fail-over: it would know of no claim. */
  private async giveBack({ claimed, copies, replicas }: Uncopied, route: Route): Promise<[]> {
    for (const { position, attempt } of claimed) {
      this.outcomes.add({ position, attempt, outcome: { kind: 'returned' } });
    }
    this.wentBack = true;
    const words = `${copies} of ${replicas} replicas have the claim (redis.durability)`;
    await this.leave(route, { words, pauseMs: REPLICAS_PAUSE_MS, of: 'redis' });
    return this.stop(await this.again());
  }

  /** @returns nobody, for who was to claim */
  private stop(result: JobResult): [] {
    this.end ??= result;
    return [];
  }

  private async deliver({ who, claimedAt, route }: Taken): Promise<Verdict> {
    const { retry, relayOf, leaseMs, stopping, log } = this.options;
    if (this.failed.has(route)) return NOT_TRIED;
    const { transport, composerOf } = relayOf(route.relay);
    const { ref, revision } = this.batch;
    const composer = await composerOf({ issue: ref.issue, revision, edition: who.edition });
    const message = await this.compose(composer, who);
    if (message === undefined) return CANNOT_BE_COMPOSED;
    if (stopping.aborted) this.stop({ kind: 'give-back' });
    if (this.end) return NOT_TRIED;
    const { envelopeFrom: from, envelopeTo: to, chunks } = message;
    // After a long stop (SIGSTOP, a paused machine) the batch may be another worker's by now.
    const startBefore = Date.now() + leaseMs - (performance.now() - claimedAt);
    const transaction = await transport.send({ from, to }, chunks, { startBefore });
    if (transaction.kind === 'unsent' && transaction.error === TOO_LATE) {
      this.stop({ kind: 'give-back' });
      return NOT_TRIED;
    }
    // What ends from here on may end because we hang up: no trouble of the relay's.
    if (stopping.aborted) this.stop({ kind: 'give-back' });
    const nextAt = nextAttemptAt(retry, who.attempt, Date.now(), this.batch.since, Math.random());
    log.debug({ position: who.position, ended: transaction.kind }, 'transaction');
    return judge(transaction, nextAt);
  }

  private async compose(composer: Composer, who: Claimed): Promise<ComposedMessage | undefined> {
    try {
      return await composer.compose(who.recipient, new Date());
    } catch (error) {
      // One person's odd data must not hold up everybody else; `retry` takes them back in.
      this.options.log.error({ err: error, position: who.position }, 'cannot compose the message');
      return undefined;
    }
  }

  private async heed({ outcome, consequence }: Verdict, { who, route }: Taken): Promise<void> {
    const { halt, suppress, failures } = this.options;
    const { issue } = this.batch.ref;
    if (outcome.kind === 'deferred') this.deferredUntil.push(outcome.dueAt);
    if (outcome.kind === 'returned') this.wentBack = true;
    if (outcome.kind === 'accepted' && who.failing) await failures.arrived(who.recipient.id, issue);
    if (outcome.kind === 'accepted' && this.doubted.delete(route)) await route.recover();
    switch (consequence.kind) {
      case 'none':
        return;
      case 'suppress':
        return await suppress(who.recipient.id);
      case 'count-failure':
        await failures.failed(who.recipient.id, issue);
        return;
      case 'halt':
        this.stop({ kind: 'done' });
        return await halt(issue, consequence.reason);
      case 'relay-trouble':
        return await this.leave(route, consequence);
    }
  }

  /** Holds a route back; the next group takes another, or ends the run when there is none. */
  private async leave(route: Route, trouble: Trouble): Promise<void> {
    if (this.end || this.failed.has(route)) return;
    this.failed.add(route);
    const until = await route.backOff(trouble);
    const { issue, lane } = this.batch.ref;
    const about = { issue, lane, relay: route.relay, until: new Date(until) };
    this.options.log.warn(about, trouble.words);
  }
}
