/** The archive's issues, from the sends that froze them. */
import type { Frozen, SendRecord } from '../delivery/send-record.js';
import type { Sends } from '../delivery/sends.js';
import type { FrozenIssues, PublicApproval } from './dependencies.js';

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
      const frozen = record && (await sends.frozen(number, record.revision));
      return frozen && { issue: frozen.issue, approval: publicApproval(frozen) };
    },
  };
}

function publicApproval({ approval, message }: Frozen): PublicApproval | undefined {
  if (!approval) return undefined;
  const { by, named, at } = approval;
  return { by: named ? by : undefined, at, contentHash: message.contentHash };
}
