/** Whether the embedded server of a data folder runs, asked of the operating system. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderMark } from './socket-path.js';

/**
 * The process in `server.pid`, provided it is that server: numbers are used again after a crash.
 * @returns its process id, undefined when it does not run
 */
export function runningServer(folder: string): number | undefined {
  const file = join(folder, 'server.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  return pid > 0 && commandOf(pid).includes(`pressrun:${folderMark(folder)}`) ? pid : undefined;
}

/** The command line of a process as it shows it; '' when there is none. */
function commandOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' }).stdout ?? '';
}
