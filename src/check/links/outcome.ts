/** What became of asking for an address. */
export type LinkOutcome =
  | { kind: 'alive'; status: number; redirects: Redirect[] }
  /** It says itself that it is gone, or its host does not exist. */
  | { kind: 'dead'; why: string; redirects: Redirect[] }
  /** It answers people, perhaps, but not programs: nothing can be said. */
  | { kind: 'unknown'; why: string; redirects: Redirect[] }
  | { kind: 'unreachable'; why: string; redirects: Redirect[] }
  /** It, or where it led, is no public address, so nothing was asked. */
  | { kind: 'refused'; why: string; redirects: Redirect[] };

export interface Redirect {
  status: number;
  /** Absolute. */
  to: string;
}

/** One answer, or why there was none. */
export type Answer =
  | { kind: 'status'; status: number; location: string | undefined }
  | { kind: 'refused'; why: string }
  | { kind: 'failed'; why: string; isDead: boolean };

/** 301 and 308 mean for good (RFC 9110 §15.4). */
const PERMANENT: ReadonlySet<number> = new Set([301, 308]);

const GONE: ReadonlySet<number> = new Set([404, 410]);

/** The words for a status that ended a chain of redirects. */
export function outcomeOf(status: number, redirects: Redirect[]): LinkOutcome {
  if (status < 400) return { kind: 'alive', status, redirects };
  const why = `it answers ${status}`;
  if (GONE.has(status)) return { kind: 'dead', why, redirects };
  return { kind: status >= 500 && status < 600 ? 'unreachable' : 'unknown', why, redirects };
}

/** Where a living address has moved to for good. */
export function movedTo(outcome: LinkOutcome): string | undefined {
  if (outcome.kind !== 'alive') return undefined;
  const isForGood = outcome.redirects.every(({ status }) => PERMANENT.has(status));
  return isForGood ? outcome.redirects.at(-1)?.to : undefined;
}
