/** What every service that listens has in common. */
import { AppError } from '../errors.js';

/** Redis that has not answered by then is as good as away. */
const READY_WITHIN_MS = 2_000;

/** Whether Redis answers while somebody waits for it. */
export async function answersInTime(ping: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, READY_WITHIN_MS, false);
  });
  const answer = ping.then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** @param keys which settings say where to listen */
export function listenError(
  error: unknown,
  { host, port }: { host: string; port: number },
  keys: string,
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const words: Record<string, string> = {
    EADDRINUSE: 'is taken by another program (or another pressrun)',
    EACCES: 'may not be opened by this user: ports below 1024 need a privilege',
    EADDRNOTAVAIL: 'cannot be opened: this machine does not have that address',
  };
  const problem = words[String(code)];
  if (problem === undefined) return error;
  const message = `${host}:${port} ${problem}; set ${keys}`;
  return new AppError('port_taken', message, { cause: error });
}
