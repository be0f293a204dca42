/** What was frozen for a send, revision by revision. */
import type { Keys } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';
import {
  approvalOf,
  type Frozen,
  type FrozenIssue,
  type Revision,
  type SendRecord,
} from './send-record.js';

export interface Revisions {
  frozen(issue: number, revision: number): Promise<Frozen | undefined>;
  /** The same for its page: without the messages, which are much larger. */
  published(issue: number, revision: number): Promise<FrozenIssue | undefined>;
  /** All revisions of a send, the first one first. */
  revisions(record: SendRecord): Promise<Revision[]>;
}

export function createRevisions(redis: RedisClient, keys: Keys): Revisions {
  return {
    async frozen(issue, revision) {
      const [message, highlights, frozenIssue, approval, frozenAt] = await redis.hmget(
        keys.revision(issue, revision),
        'message',
        'highlights',
        'issue',
        'approval',
        'frozenAt',
      );
      if (!message || !frozenIssue) return undefined;
      return {
        message: JSON.parse(message),
        highlights: highlights ? JSON.parse(highlights) : undefined,
        issue: JSON.parse(frozenIssue),
        approval: approvalOf(approval),
        frozenAt: Number(frozenAt),
      };
    },

    async published(issue, revision) {
      const [frozenIssue, approval, frozenAt, contentHash] = await redis.hmget(
        keys.revision(issue, revision),
        'issue',
        'approval',
        'frozenAt',
        'contentHash',
      );
      if (!frozenIssue) return undefined;
      return {
        issue: JSON.parse(frozenIssue),
        approval: approvalOf(approval),
        frozenAt: Number(frozenAt),
        contentHash: contentHash ?? '',
      };
    },

    async revisions({ issue, revision: newest }) {
      const numbers = Array.from({ length: newest }, (_, n) => n + 1);
      return await Promise.all(
        numbers.map(async (revision) => {
          const [contentHash, frozenAt, approval] = await redis.hmget(
            keys.revision(issue, revision),
            'contentHash',
            'frozenAt',
            'approval',
          );
          return {
            ...{ revision, contentHash: contentHash ?? '', frozenAt: Number(frozenAt) },
            approval: approvalOf(approval),
          };
        }),
      );
    },
  };
}
