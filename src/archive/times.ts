/** When issues were published and last changed, for feeds: they must name a time. Pure. */
import type { IssueListing } from './published.js';

/** Epoch ms. */
export interface Times {
  publishedAt: number;
  /** Never before it was published. */
  updatedAt: number;
}

/**
 * An issue of which nobody wrote down a date takes that of its newer neighbour, else of its older
 * one, so that times never change by themselves.
 * @param issues newest first
 * @param frozenAt when what an issue says was frozen, epoch ms
 */
export function timesOf(
  issues: readonly IssueListing[],
  frozenAt: (issue: number) => number | undefined,
): Map<number, Times> {
  const known = issues.map(({ publishedAt, date }) => publishedAt ?? midnight(date));
  let neighbour = known.find((at) => at !== undefined) ?? 0;
  return new Map(
    issues.map(({ number, episode }, n) => {
      const publishedAt = known[n] ?? neighbour;
      neighbour = publishedAt;
      const changes = [publishedAt, frozenAt(number) ?? 0, episode?.attachedAt ?? 0];
      return [number, { publishedAt, updatedAt: Math.max(...changes) }];
    }),
  );
}

function midnight(date: string | undefined): number | undefined {
  const at = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : at;
}
