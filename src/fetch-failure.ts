/** Why a request with `fetch` got no answer, in words that follow a colon. */
const WORDS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name does not resolve',
};

/** @param withinMs what the request was given by AbortSignal.timeout, ms */
export function whyFetchFailed(error: unknown, withinMs: number): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return `no answer within ${withinMs / 1000} s`;
  // fetch says no more than "fetch failed" itself.
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return code === undefined ? cause.message : (WORDS[code] ?? `no connection (${code})`);
}
