/** Requests to a server under test, and how long it takes for them. */
import { Pool } from 'undici';

export interface Answer {
  status: number;
  ms: number;
}

export interface Request {
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export const CONNECTIONS = 10;

/** One after the other on each of a few connections, as fast as they are answered. */
export async function askSteadily(
  origin: string,
  requests: readonly Request[],
  seconds: number,
): Promise<Answer[]> {
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const answers: Answer[] = [];
  const until = performance.now() + seconds * 1000;
  let next = 0;
  const askers = Array.from({ length: CONNECTIONS }, async () => {
    while (performance.now() < until) {
      const request = requests[next++ % requests.length];
      if (request) answers.push(await ask(pool, request, performance.now()));
    }
  });
  await Promise.all(askers);
  await pool.close();
  return answers;
}

/**
 * Each at its time, whether or not those before it were answered. Their time is counted from when they
 * were due, so that what waits for a slow server is not forgotten.
 */
export async function askAtRate(
  origin: string,
  requests: readonly Request[],
  perSecond: number,
): Promise<Answer[]> {
  const pool = new Pool(origin, { connections: 50 });
  const startedAt = performance.now();
  const answers = requests.map(
    (request, n) =>
      new Promise<Answer>((resolve, reject) => {
        const dueMs = (n * 1000) / perSecond;
        setTimeout(() => ask(pool, request, startedAt + dueMs).then(resolve, reject), dueMs);
      }),
  );
  const answered = await Promise.all(answers);
  await pool.close();
  return answered;
}

async function ask(
  pool: Pool,
  { method = 'GET', ...rest }: Request,
  dueAt: number,
): Promise<Answer> {
  const { statusCode, body } = await pool.request({ method, ...rest });
  await body.dump();
  return { status: statusCode, ms: performance.now() - dueAt };
}

/** @param share 0.99 for the 99th percentile */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
