/**
 * The queue is the clock of the house: it says when a batch is worked on, by how many at once, and
 * that a batch whose worker died is worked on again. What happened to whom is the ledger's
 * business; nothing here may be needed to know it.
 *
 * The only user of BullMQ. Queues: `control` (planning and the sweep, one job at a time over all
 * machines), `news` (telling operators), one per lane for batches, and `letters` for sign-ups and
 * what is written to people one by one, so that a newcomer does not wait for an issue to be out.
 */
import {
  DelayedError,
  type Job,
  type JobsOptions,
  Queue,
  UnrecoverableError,
  WaitingError,
  Worker,
} from 'bullmq';
import type { Logger } from 'pino';
import type { JobResult } from '../delivery/deliver.js';
import type { SendRecord } from '../delivery/send-record.js';
import type { BatchRef } from '../delivery/types.js';
import { type LetterOrder, orderName } from '../joining/letter-order.js';
import type { LetterOutcome } from '../joining/post.js';
import type { SignUp } from '../joining/sign-up.js';
import type { RedisConnection } from '../redis/connect.js';

const CONTROL = 'control';
const NEWS = 'news';
const LETTERS = 'letters';
const SWEEP_EVERY_MS = 5_000;
/** A job is never failed for having been rescued often: the ledger decides what is left to do. */
const ENDLESS = 1_000_000;
const LIVE = ['waiting', 'active', 'delayed', 'prioritized'] as const;
const PURGE_EVERY_MS = 24 * 3_600_000;
/** 15 s, 30 s, 1 min … 2 h: a newcomer waits for the letter, and a relay is rarely away for longer. */
const LETTER_TRIES: JobsOptions = { attempts: 11, backoff: { type: 'exponential', delay: 15_000 } };
const FORGETTING_EVERY_MS = 60_000;
const LETTERS_AT_ONCE = 2;
const LETTER_LOCK_MS = 30_000;
/** Nothing is learned from ended jobs; the ledger knows. */
const FORGET = { removeOnComplete: true, removeOnFail: true };

export interface Queues {
  jobId(batch: BatchRef): string;
  /** Adds batches to their lanes; one whose job is there already stays as it is. */
  enqueue(batches: readonly BatchRef[]): Promise<void>;
  /** Ids of batch jobs that wait, run or are delayed in any of these lanes. */
  liveJobs(lanes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Adds the plan job of a send unless it is there. */
  enqueuePlan(issue: number): Promise<void>;
  /**
   * Adds the job that fires a scheduled send at its time, unless it is there. Each appointment has a
   * job of its own: that of an earlier one finds another step and does nothing. Slots have a clock
   * (see workOnControl); one that has come and was not fired is fired now.
   */
  enqueueFire(record: SendRecord): Promise<void>;
  /** Adds the job that tells operators what happened to a send in one step, unless it is there. */
  enqueueNews(issue: number, step: number): Promise<void>;
  /** Adds a sign-up, to be answered after `delayMs`. */
  enqueueSignUp(signUp: SignUp, delayMs: number): Promise<void>;
  /** Adds a letter unless it is there. */
  enqueueLetter(letter: LetterOrder): Promise<void>;
  /** Has the server forget what was erased, soon and once for many. */
  enqueueForgetting(): Promise<void>;
  /** Sign-ups and letters that wait, are worked on, or have a time of their own to come. */
  waitingLetters(): Promise<number>;
  /** Jobs by state of the control and letter queues and of these lanes. */
  depths(lanes: readonly string[]): Promise<Record<string, Record<string, number>>>;
  /** Answers sign-ups and posts letters in this process. */
  workOnLetters(options: LetterWorkOptions): Promise<Work>;
  /** Asks whichever worker plans to sweep now instead of at the next turn. */
  sweepNow(): Promise<void>;
  /** Runs batches of a lane in this process, `jobsEverywhere` at once over all machines. */
  workOnLane(lane: string, options: LaneWorkOptions): Promise<Work>;
  /** Tells operators, in this process. */
  workOnNews(options: NewsWorkOptions): Promise<Work>;
  /** Plans and sweeps in this process. */
  workOnControl(options: ControlWorkOptions): Promise<Work>;
  close(): Promise<void>;
}

export interface LaneWorkOptions {
  jobsHere: number;
  jobsEverywhere: number;
  lockDurationMs: number;
  process(batch: BatchRef): Promise<JobResult>;
}

export interface ControlWorkOptions {
  lockDurationMs: number;
  /** When queued sends go out, if at regular times. */
  slots: { cron: string; timezone: string } | undefined;
  plan(issue: number): Promise<JobResult>;
  fire(issue: number, step: number): Promise<JobResult>;
  fireSlots(): Promise<JobResult>;
  sweep(): Promise<void>;
}

export interface NewsWorkOptions {
  lockDurationMs: number;
  tell(issue: number, step: number): Promise<JobResult>;
}

export interface LetterWorkOptions {
  answer(signUp: SignUp): Promise<void>;
  /** @param attempt how often it was tried before */
  post(letter: LetterOrder, attempt: number): Promise<LetterOutcome>;
  purge(): Promise<unknown>;
  forget(): Promise<unknown>;
}

export interface Work {
  /** Takes no further jobs and waits for the running ones. */
  close(): Promise<void>;
}

export function createQueues(redis: RedisConnection, prefix: string, log: Logger): Queues {
  const queues = new Map<string, Queue>();
  const queueOf = (name: string): Queue => {
    const known = queues.get(name);
    if (known) return known;
    const queue = new Queue(name, {
      connection: redis.client,
      prefix,
      defaultJobOptions: FORGET,
      // Nobody reads the event stream; keep it next to nothing.
      streams: { events: { maxLen: 100 } },
    });
    queue.on('error', (error) => log.debug({ err: error }, 'queue connection'));
    queues.set(name, queue);
    return queue;
  };
  const jobId = ({ issue, shard, first, serial }: BatchRef): string =>
    `${issue}-${shard}-${first}-${serial}`;
  const startWorker = (
    name: string,
    options: { concurrency: number; lockDurationMs: number },
    processor: (job: Job, token?: string) => Promise<void>,
  ): Work => {
    const worker = new Worker(name, processor, {
      connection: redis.connect(),
      prefix,
      concurrency: options.concurrency,
      lockDuration: options.lockDurationMs,
      stalledInterval: Math.max(1_000, options.lockDurationMs / 2),
      maxStalledCount: ENDLESS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('error', (error) => log.debug({ err: error, queue: name }, 'queue connection'));
    worker.on('failed', (job, error) => log.error({ err: error, job: job?.id }, 'job failed'));
    return { close: () => worker.close() };
  };

  return {
    jobId,

    async enqueue(batches) {
      for (const lane of new Set(batches.map((batch) => batch.lane))) {
        const jobs = batches
          .filter((batch) => batch.lane === lane)
          .map((data) => ({ name: 'batch', data, opts: { jobId: jobId(data) } }));
        await queueOf(lane).addBulk(jobs);
      }
    },

    async liveJobs(lanes) {
      const ids = lanes.map((lane) => queueOf(lane).getRanges([...LIVE], 0, -1));
      return new Set((await Promise.all(ids)).flat());
    },

    async enqueuePlan(issue) {
      await queueOf(CONTROL).add('plan', { issue }, { jobId: `plan-${issue}` });
    },

    async enqueueFire({ issue, step, scheduledFor, missed, queued }) {
      if (scheduledFor === undefined || missed !== undefined) return;
      if (queued) {
        if (scheduledFor > Date.now()) return;
        await queueOf(CONTROL).add('slot', {}, { jobId: 'slot-lost' });
        return;
      }
      const delay = Math.max(0, scheduledFor - Date.now());
      await queueOf(CONTROL).add(
        'fire',
        { issue, step },
        { jobId: `fire-${issue}-${step}`, delay },
      );
    },

    async enqueueNews(issue, step) {
      await queueOf(NEWS).add('tell', { issue, step }, { jobId: `tell-${issue}-${step}` });
    },

    async enqueueSignUp(signUp, delayMs) {
      const options = { ...LETTER_TRIES, jobId: signUp.request, delay: delayMs };
      await queueOf(LETTERS).add('sign-up', signUp, options);
    },

    async enqueueLetter(letter) {
      await queueOf(LETTERS).add('letter', letter, { ...LETTER_TRIES, jobId: orderName(letter) });
    },

    async enqueueForgetting() {
      // One for all of a minute, after its end: a rewrite that began before an erasure keeps it.
      const minute = Math.floor(Date.now() / FORGETTING_EVERY_MS);
      const options = { jobId: `forget-${minute}`, delay: FORGETTING_EVERY_MS };
      await queueOf(LETTERS).add('forget', {}, { ...LETTER_TRIES, ...options });
    },

    async waitingLetters() {
      const jobs = await queueOf(LETTERS).getRanges([...LIVE], 0, -1);
      // The purge of another day is none of them.
      return jobs.filter((id) => !/^(?:repeat:|forget-)/.test(id)).length;
    },

    async depths(lanes) {
      const names = [CONTROL, LETTERS, ...lanes];
      const counts = names.map(async (name) => [name, await queueOf(name).getJobCounts(...LIVE)]);
      return Object.fromEntries(await Promise.all(counts));
    },

    async workOnLetters({ answer, post, purge, forget }) {
      const schedule = { every: PURGE_EVERY_MS };
      await queueOf(LETTERS).upsertJobScheduler('purge', schedule, { name: 'purge' });
      const options = { concurrency: LETTERS_AT_ONCE, lockDurationMs: LETTER_LOCK_MS };
      return startWorker(LETTERS, options, async (job) => {
        if (job.name === 'sign-up') await answer(job.data);
        else if (job.name === 'letter') {
          requirePosted(await post(job.data, job.attemptsMade));
        } else if (job.name === 'forget') await forget();
        else await purge();
      });
    },

    async sweepNow() {
      await queueOf(CONTROL).add('sweep', {});
    },

    async workOnLane(lane, { jobsHere, jobsEverywhere, lockDurationMs, process }) {
      await queueOf(lane).setGlobalConcurrency(jobsEverywhere);
      return startWorker(lane, { concurrency: jobsHere, lockDurationMs }, async (job, token) =>
        obey(job, token, await process(job.data)),
      );
    },

    async workOnNews({ lockDurationMs, tell }) {
      return startWorker(NEWS, { concurrency: 1, lockDurationMs }, async (job, token) =>
        obey(job, token, await tell(job.data.issue, job.data.step)),
      );
    },

    async workOnControl({ lockDurationMs, slots, plan, fire, fireSlots, sweep }) {
      const control = queueOf(CONTROL);
      await control.setGlobalConcurrency(1);
      await control.upsertJobScheduler('sweep', { every: SWEEP_EVERY_MS }, { name: 'sweep' });
      if (slots) {
        const repeat = { pattern: slots.cron, tz: slots.timezone };
        await control.upsertJobScheduler('slot', repeat, { name: 'slot' });
      } else await control.removeJobScheduler('slot');
      return startWorker(CONTROL, { concurrency: 1, lockDurationMs }, async (job, token) => {
        const { issue, step } = job.data;
        if (job.name === 'plan') await obey(job, token, await plan(issue));
        else if (job.name === 'fire') await obey(job, token, await fire(issue, step));
        else if (job.name === 'slot') await obey(job, token, await fireSlots());
        else await sweep();
      });
    },

    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** What is to be tried again is an error to BullMQ, which counts the attempts and waits between. */
function requirePosted(outcome: LetterOutcome): void {
  if (outcome.kind === 'failed') throw new Error(`a letter failed: ${outcome.error}`);
  if (outcome.kind === 'refused') throw new UnrecoverableError(`refused (${outcome.code})`);
}

/** Ends the job as its result asks: BullMQ learns of a moved job by an error thrown after the move. */
async function obey(job: Job, token: string | undefined, result: JobResult): Promise<void> {
  switch (result.kind) {
    case 'done':
      return;
    case 'later':
      await job.moveToDelayed(result.at, token);
      throw new DelayedError();
    case 'give-back':
      await job.moveToWait(token);
      throw new WaitingError();
  }
}
