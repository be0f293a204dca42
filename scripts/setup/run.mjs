/** Running other programs. */
import { spawnSync } from 'node:child_process';

/**
 * Runs a program with its output on our stderr.
 * @returns whether it succeeded
 */
export function run(program, args, options = {}) {
  return spawnSync(program, args, { stdio: ['ignore', 2, 2], ...options }).status === 0;
}

/** @returns what the program printed, or undefined when it failed or does not exist */
export function outputOf(program, args, options = {}) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  return status === 0 ? stdout : undefined;
}

/** @returns absolute path of the first of `names` on PATH */
export function onPath(...names) {
  return names
    .map((name) => outputOf('sh', ['-c', 'command -v "$1"', 'sh', name])?.trim())
    .find((path) => path?.startsWith('/'));
}
