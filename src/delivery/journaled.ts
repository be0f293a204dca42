/**
 * Sends with their journal: whatever begins to mail people is written beside Redis first, so that
 * a backup that does not know of it cannot make anybody be mailed twice.
 */
import type { Journal } from '../journal/journal.js';
import type { Chances } from './chances.js';
import type { Sends } from './sends.js';

/** All that begins to mail throws AppError journal_unwritable, and nothing began. */
export function sendsWithJournal(sends: Sends, journal: Pick<Journal, 'write'>): Sends {
  const begun = (issue: number): Promise<void> =>
    journal.write([{ kind: 'sent', subject: `${issue}`, word: 'begun' }]);
  return {
    ...sends,
    async create(frozen) {
      await begun(frozen.issue.number);
      return await sends.create(frozen);
    },
    async begin(record) {
      await begun(record.issue);
      return await sends.begin(record);
    },
    async resume(issue) {
      // One that a restore halted before its time begins here.
      const record = await sends.get(issue);
      if (record && !record.planned) await begun(issue);
      await sends.resume(issue);
    },
  };
}

/** The same for those who get another chance. */
export function chancesWithJournal(chances: Chances, journal: Pick<Journal, 'write'>): Chances {
  const begins = (issue: number, word: string): Promise<void> =>
    journal.write([{ kind: 'sent', subject: `${issue}`, word }]);
  return {
    async addNewcomers(issue) {
      await begins(issue, 'newcomers');
      return await chances.addNewcomers(issue);
    },
    async retry(issue, whom) {
      await begins(issue, 'retry');
      return await chances.retry(issue, whom);
    },
    async resend(issue, whom) {
      await begins(issue, 'resend');
      return await chances.resend(issue, whom);
    },
  };
}
