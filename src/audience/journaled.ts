/**
 * The audience with its journal: every change of consent or suppression is kept beside Redis, so
 * that a restored backup revives nobody who left.
 *
 * Redis first, so that leaving takes effect at once; then the journal, on disk before the caller is
 * told. Also when Redis knew of it already: the first time may have ended between the two.
 */
import type { Journal } from '../journal/journal.js';
import type { Audience } from './store.js';

export function withJournal(audience: Audience, journal: Pick<Journal, 'note'>): Audience {
  return {
    ...audience,

    async put(rows, consent) {
      const outcomes = await audience.put(rows, consent);
      const added = rows.filter((_, n) => outcomes[n] === 'imported');
      await journal.note(
        added.map(({ address }) => ({
          kind: 'added',
          subject: audience.idOf(address),
          word: consent.source,
        })),
      );
      return outcomes;
    },

    async confirm(id, askedAt, ip) {
      const outcome = await audience.confirm(id, askedAt, ip);
      if (outcome !== 'unknown') await journal.note([{ kind: 'added', subject: id, word: 'form' }]);
      return outcome;
    },

    async move(id, askedAt) {
      const newId = await audience.move(id, askedAt);
      if (newId === undefined) return undefined;
      // A restored backup knows the old address only, and must not mail it.
      await journal.note([
        { kind: 'left', subject: id, word: 'moved' },
        { kind: 'added', subject: newId, word: 'moved' },
      ]);
      return newId;
    },

    async unsubscribe(id, change = {}) {
      const outcome = await audience.unsubscribe(id, change);
      await journal.note([{ kind: 'left', subject: id, word: change.how ?? 'link' }]);
      return outcome;
    },

    async erase(id, change) {
      const known = await audience.erase(id, change);
      await journal.note([{ kind: 'erased', subject: id, word: 'operator' }]);
      return known;
    },

    async suppress(id, reason, change) {
      const added = await audience.suppress(id, reason, change);
      await journal.note([{ kind: 'suppressed', subject: id, word: reason }]);
      return added;
    },

    async failed(id, issue, at) {
      const outcome = await audience.failed(id, issue, at);
      if (outcome === 'suppressed') {
        await journal.note([{ kind: 'suppressed', subject: id, word: 'bounced' }]);
      }
      return outcome;
    },
  };
}
