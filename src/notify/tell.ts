/**
 * notify/ tells operators what becomes of sends: by mail, and by a signed call.
 *
 * Owns what they are told and how. Must never hold up a send, lose news, or print an address: what
 * happened is written down in the step in which it happened (delivery/outbox.ts), and stays there
 * until every channel has it. Whoever cannot be reached is tried again, and each attempt carries the
 * same id.
 */
import type { Config } from '../config/types.js';
import type { JobResult } from '../delivery/deliver.js';
import type { Outbox } from '../delivery/outbox.js';
import type { Sends } from '../delivery/sends.js';
import type { Tally } from '../delivery/tally.js';
import type { Logger } from '../log.js';
import type { Channel } from './channel.js';
import { noticeOf } from './notice.js';

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Older than this it is no news any more. */
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

export interface TellOptions {
  sends: Pick<Sends, 'get'>;
  tally: Pick<Tally, 'counts'>;
  outbox: Outbox;
  channels: readonly Channel[];
  publication: Config['publication'];
  /** Aborted when this process stops: another one tells it. */
  stopping: AbortSignal;
  log: Logger;
  now?(): number;
}

/** Tells one piece of news to every channel that has not heard it. */
export async function tell(issue: number, step: number, options: TellOptions): Promise<JobResult> {
  const { sends, tally, outbox, channels, publication, stopping, log } = options;
  const [news, record] = await Promise.all([outbox.get(issue, step), sends.get(issue)]);
  if (news === undefined || record === undefined) return { kind: 'done' };
  const notice = noticeOf(news, record, await tally.counts(issue), publication);
  const failures = await Promise.all(
    channels
      .filter(({ name }) => !news.told.has(name))
      .map(async (channel) => {
        const telling = await channel.tell(notice, stopping);
        if (telling.kind === 'failed') return telling.why;
        await outbox.reached(news, channel.name);
        return undefined;
      }),
  );
  const why = failures.filter((failure) => failure !== undefined);
  const age = (options.now ?? Date.now)() - news.at;
  if (why.length > 0 && age <= GIVE_UP_AFTER_MS) {
    if (stopping.aborted) return { kind: 'give-back' };
    log.warn({ issue, news: news.type, why }, 'operators cannot be told; trying again');
    return { kind: 'later', at: Date.now() + waitAfter(age) };
  }
  if (why.length > 0) log.error({ issue, news: news.type, why }, 'operators were not told');
  await outbox.strike(news);
  return { kind: 'done' };
}

/** As long as it has been tried already. */
function waitAfter(ageMs: number): number {
  return Math.min(Math.max(ageMs, FIRST_WAIT_MS), LONGEST_WAIT_MS);
}
