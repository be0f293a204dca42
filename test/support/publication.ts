/** A whole publication in a temporary folder, and the pressrun program run in it as a user would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.js';
import { createLogger } from '../../src/log.js';
import { openSystem, type System } from '../../src/system.js';

/** The built program, as users have it: it starts several times faster than its sources would. */
const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** What every test publication's keys are made of. */
export const SECRET = 'a secret of the tests, long enough to be one';

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
  /** stdout as the one document of `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the program printed
  json(): any;
}

export interface Running {
  child: ChildProcess;
  /** Resolves when the process has ended. */
  done: Promise<Run>;
  /** Resolves when stdout and stderr together hold these words. */
  says(words: string): Promise<void>;
}

export interface TestPublication {
  dir: string;
  /** Writes a file of the publication. */
  write(path: string, text: string): Promise<void>;
  /** Starts `pressrun --dir DIR …`. */
  start(...args: string[]): Running;
  /** The same with further environment variables. */
  startWith(env: Record<string, string>, ...args: string[]): Running;
  /** Runs it to the end. */
  run(...args: string[]): Promise<Run>;
  /** The publication in this process, for tests that look at or work on what others do; close it. */
  open(): Promise<System>;
  /** kill -9 for all that still runs; the folder stays. */
  kill(): void;
  /** Ends what still runs and removes the folder. */
  remove(): Promise<void>;
}

export interface PublicationOptions {
  /** Absent where the YAML names the relays. */
  smtpUrl?: string;
  /** Default: embedded. */
  redis?: string;
  /** Public URL, default a loopback port nobody listens on. */
  url?: string;
  /** Further YAML for pressrun.yaml. */
  yaml?: string;
}

export async function makePublication(options: PublicationOptions): Promise<TestPublication> {
  const dir = await mkdtemp(join(tmpdir(), 'pressrun-publication-'));
  const running = new Set<ChildProcess>();
  const env = {
    ...process.env,
    ...(options.smtpUrl && { PRESSRUN_SMTP_URL: options.smtpUrl }),
    PRESSRUN_SECRET: SECRET,
    ...(options.redis && { PRESSRUN_REDIS: options.redis }),
  };
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  };
  await write('pressrun.yaml', yamlOf(options));

  const startWith = (more: Record<string, string>, ...args: string[]): Running => {
    const child = spawn(process.execPath, [MAIN, '--dir', dir, ...args], {
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    return follow(child, () => running.delete(child));
  };
  const start = (...args: string[]): Running => startWith({}, ...args);

  return {
    dir,
    write,
    start,
    startWith,
    run: (...args) => start(...args).done,
    open: async () =>
      openSystem(await loadConfig(dir, env), createLogger({ pretty: false, level: 'silent' })),
    kill() {
      for (const child of running) child.kill('SIGKILL');
    },
    async remove() {
      for (const child of running) {
        child.kill('SIGTERM');
        await once(child, 'close');
      }
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function yamlOf({ url = 'http://127.0.0.1:9', yaml = '' }: PublicationOptions): string {
  return `publication:
  name: The Weekly
  slug: weekly
  prefix: WK
  from: The Weekly <weekly@example.org>
  url: ${url}
  postalAddress: 1 Letter Lane, 12345 Posttown
${yaml}`;
}

function follow(child: ChildProcess, ended: () => void): Running {
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const hear = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    hear();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    hear();
  });
  const done = once(child, 'close').then(([code]): Run => {
    ended();
    return { code, stdout, stderr, json: () => JSON.parse(stdout) };
  });
  return {
    child,
    done,
    says: (words) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!`${stdout}${stderr}`.includes(words)) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
        void done.then(() =>
          reject(new Error(`ended without saying "${words}":\n${stdout}${stderr}`)),
        );
      }),
  };
}

/** CSV of `count` subscribers: reader0@example.org … */
export function subscribersCsv(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, n) => `reader${n}@example.org,Reader ${n},"{""n"": ${n}}"`,
  );
  return `email,name,attributes\n${rows.join('\n')}\n`;
}
