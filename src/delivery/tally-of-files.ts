/** Reading ledgers wherever they are: in Redis, or in a file once they were put away (put-away.ts). */
import type { LedgerFiles } from './ledger-file.js';
import type { LedgerTotals } from './send-record.js';
import type { Sends } from './sends.js';
import { createSums } from './sums.js';
import type { Tally } from './tally.js';

/** The same tally; what needs single rows of a file throws AppError file_missing where it is not. */
export function tallyWithFiles(
  tally: Tally,
  sends: Pick<Sends, 'totals'>,
  files: LedgerFiles,
): Tally {
  const fromEither = async <Result>(
    issue: number,
    inRedis: () => Promise<Result>,
    inFile: (totals: LedgerTotals) => Result | Promise<Result>,
  ): Promise<Result> => {
    const totals = await sends.totals(issue);
    return totals === undefined ? await inRedis() : await inFile(totals);
  };

  return {
    counts: (issue) =>
      fromEither(
        issue,
        () => tally.counts(issue),
        ({ counts }) => counts,
      ),
    reasons: (issue) =>
      fromEither(
        issue,
        () => tally.reasons(issue),
        ({ reasons }) => reasons,
      ),
    copies: (issue) =>
      fromEither(
        issue,
        () => tally.copies(issue),
        ({ revisions, editions }) => ({
          revisions: new Map(revisions),
          editions: new Map(editions),
        }),
      ),

    recount: (issue) =>
      fromEither(
        issue,
        () => tally.recount(issue),
        async (place) => {
          const sums = createSums();
          for await (const row of files.read(place)) sums.add(row);
          return sums.counts();
        },
      ),

    story: (issue, id) =>
      fromEither(
        issue,
        () => tally.story(issue, id),
        async (place) => {
          for await (const { id: _id, ...story } of files.read(place, id)) return story;
          return undefined;
        },
      ),

    async *recipients(issue, states) {
      const totals = await sends.totals(issue);
      if (totals === undefined) return yield* tally.recipients(issue, states);
      for await (const row of files.read(totals)) {
        if (states.includes(row.state)) yield row;
      }
    },
  };
}
