/**
 * Where the Redis or Valkey server program is on this machine. Never downloads anything: that is
 * scripts/setup.mjs's job.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { packageRoot } from '../package-root.js';

/** Oldest server whose scripts and commands we rely on. */
export const OLDEST_SERVER = '7.0';

export interface ServerProgram {
  /** Absolute path. */
  path: string;
  /** The whole environment to start it with; our own, with its secrets, is not handed on. */
  env: Record<string, string>;
  /** "7.0.15" */
  version: string;
}

/**
 * The server to start: from PATH (Valkey first), else the copy that setup keeps in `.tools/`.
 * @throws AppError redis_missing
 */
export function findServer(): ServerProgram {
  const candidates = [onPath('valkey-server'), onPath('redis-server'), projectCopy()];
  const programs = candidates.flatMap((candidate) => candidate ?? []).map(withVersion);
  const suitable = programs.find((program) => isRecent(program.version));
  if (suitable) return suitable;
  const tooOld = programs.find((program) => program.version !== '');
  throw new AppError(
    'redis_missing',
    `${tooOld ? `${tooOld.path} is version ${tooOld.version}, and ${OLDEST_SERVER} is needed` : 'no Redis or Valkey server program was found'}: ` +
      `${process.platform === 'darwin' ? '`brew install valkey`' : '`sudo apt install redis-server`'} installs one, \`npm run setup\` in a clone of pressrun gets a private copy, ` +
      'or let redis.server in pressrun.yaml name a server that is running',
  );
}

/** Whether a server of that version ("7.0.15") is new enough. */
export function isRecent(version: string): boolean {
  return version !== '' && Number.parseInt(version, 10) >= Number.parseInt(OLDEST_SERVER, 10);
}

function onPath(name: string): Omit<ServerProgram, 'version'> | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
  const path = found.status === 0 ? found.stdout.trim() : '';
  return path.startsWith('/') ? { path, env: { LC_ALL: 'C' } } : undefined;
}

/** Debian's packages unpacked without root: the program beside the libraries it needs. */
function projectCopy(): Omit<ServerProgram, 'version'> | undefined {
  const folder = join(packageRoot(), '.tools', 'redis');
  const path = join(folder, 'bin', 'redis-server');
  if (!existsSync(path)) return undefined;
  return { path, env: { LC_ALL: 'C', LD_LIBRARY_PATH: join(folder, 'lib') } };
}

function withVersion(program: Omit<ServerProgram, 'version'>): ServerProgram {
  const { path, env } = program;
  const said = spawnSync(path, ['--version'], { env, encoding: 'utf8' }).stdout ?? '';
  return { path, env, version: /\bv=(\d+\.\d+\.\d+)/.exec(said)?.[1] ?? '' };
}
