/** The archive's issues, from the sends that froze them. */
import type { SendRecord } from '../delivery/send-record.js';
import type { Sends } from '../delivery/sends.js';
import type { FrozenIssues } from './dependencies.js';

/** An issue is public from the moment its mails may leave: each of them links to its page. */
const NOT_YET_PUBLIC: readonly SendRecord['state'][] = ['scheduled'];

export function frozenIssuesOf(sends: Pick<Sends, 'list' | 'get' | 'frozen'>): FrozenIssues {
  return {
    async list() {
      const records = await sends.list();
      return (
        records
          // Without a revision: begun after the backup that was restored, so that its content is lost.
          .filter(({ state, revision }) => !NOT_YET_PUBLIC.includes(state) && revision > 0)
          .map(({ issue, title, date, createdAt, contentHash }) => ({
            number: issue,
            title,
            date: date || new Date(createdAt).toISOString().slice(0, 10),
            version: contentHash,
          }))
      );
    },
    async get(number) {
      const record = await sends.get(number);
      return record && (await sends.frozen(number, record.revision))?.issue;
    },
  };
}
