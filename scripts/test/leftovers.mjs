/**
 * Processes that a test run left behind. A run has a temporary folder of its own, in its
 * environment and in the arguments, working folders or environments of what its tests start
 * (servers they detach included), and by that they are known. Linux only (it reads /proc).
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** @returns pid and command line of every process that belongs to the run in `folder` */
export function leftoversOf(folder) {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
      const traces = [command, read(`/proc/${pid}/environ`), target(`/proc/${pid}/cwd`)];
      // A zombie has no command line any more: it has ended.
      const belongs = command !== '' && traces.some((trace) => trace.includes(folder));
      return belongs ? [{ pid: Number(pid), command }] : [];
    });
}

/** Empty for a process that ended meanwhile, or that is not ours to look at. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function target(link) {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
