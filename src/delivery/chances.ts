/**
 * Giving people another chance in a send that was planned: newcomers, the rejected, the doubtful.
 *
 * Each word first makes sure that the send is open, then changes the ledger, and makes sure again:
 * a worker that saw the ledger empty in between may just have finished the send. One that was opened
 * for nobody is finished again.
 */
import { SHARDS } from '../redis/keys.js';
import type { Reassigned, Whom } from './ledger.js';
import { type FinishDependencies, finishIfDone } from './plan.js';

export interface Chances {
  /** Adds whoever may be mailed now and is not in the ledger; returns how many. */
  addNewcomers(issue: number): Promise<number>;
  /** rejected → remaining, with the whole schedule of attempts before them. */
  retry(issue: number, whom: Whom): Promise<Reassigned>;
  /** uncertain → remaining, once per recipient: some may get the issue a second time. */
  resend(issue: number, whom: Whom): Promise<Reassigned>;
}

/** All of them throw AppError send_refused when the send was cancelled or not planned to the end. */
export function createChances(dependencies: FinishDependencies): Chances {
  const { ledger, sends } = dependencies;
  const whileOpen = async <Result>(
    issue: number,
    change: () => Promise<Result>,
    isNeeded: (result: Result) => boolean,
  ): Promise<Result> => {
    await sends.reopen(issue);
    const result = await change();
    if (isNeeded(result)) await sends.reopen(issue);
    else await finishIfDone(issue, dependencies);
    return result;
  };
  const reassign = (issue: number, verb: 'retry' | 'resend', whom: Whom): Promise<Reassigned> =>
    whileOpen(
      issue,
      () => ledger.reassign(issue, verb, whom),
      ({ moved }) => moved > 0,
    );

  return {
    addNewcomers: (issue) =>
      whileOpen(
        issue,
        async () => {
          let added = 0;
          for (const shard of SHARDS) added += await ledger.append(issue, shard);
          return added;
        },
        (added) => added > 0,
      ),
    retry: (issue, whom) => reassign(issue, 'retry', whom),
    resend: (issue, whom) => reassign(issue, 'resend', whom),
  };
}
