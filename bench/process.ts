/** Processes of the bench: started, asked, and measured by what the kernel counts (/proc). */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const TSX = import.meta.resolve('tsx');
/** `getconf CLK_TCK`; a tick is 10 ms almost everywhere. */
const TICKS_PER_SECOND =
  Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

/** CPU time a process has used, user and system, all its threads. @see proc(5) */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks * 1e6) / TICKS_PER_SECOND;
}

/** The most memory a process has held at a time, MB. */
export function peakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
}

/** Several processes measured together from one moment on. */
export class CpuMeter {
  readonly #start: Map<number, number>;

  constructor(pids: readonly number[]) {
    this.#start = new Map(pids.map((pid) => [pid, cpuMicros(pid)]));
  }

  usedMicros(): number {
    let used = 0;
    for (const [pid, start] of this.#start) used += cpuMicros(pid) - start;
    return used;
  }
}

/** A module of this folder in a process of its own that answers messages. */
export class Helper {
  readonly child: ChildProcess;

  constructor(module: string, args: string[] = []) {
    const path = fileURLToPath(new URL(`${module}.ts`, import.meta.url));
    this.child = fork(path, args, { execArgv: ['--import', TSX], stdio: 'inherit' });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The next message it sends; fails when it ends instead. */
  hear<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown) => {
        this.child.off('exit', onExit);
        resolve(message as Answer);
      };
      const onExit = (code: number | null) => {
        this.child.off('message', onMessage);
        reject(new Error(`a process of the bench ended with ${code}`));
      };
      this.child.once('message', onMessage).once('exit', onExit);
    });
  }

  async ask<Answer>(question: object | string): Promise<Answer> {
    const answer = this.hear<Answer>();
    this.child.send(question);
    return await answer;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.disconnect();
    await once(this.child, 'exit');
  }
}

export function isMain(moduleUrl: string): boolean {
  return moduleUrl === pathToFileURL(process.argv[1] ?? '').href;
}
