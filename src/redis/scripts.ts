/**
 * Lua scripts. Each is a `.lua` file in its domain's `lua/` folder that opens with KEYS, ARGV,
 * return and guarantee; this file loads and runs them.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, Redis } from 'ioredis';
import { packageRoot } from '../package-root.js';

export type RedisClient = Redis | Cluster;
export type Argument = string | number | Buffer;

/** One server-side script. Replies are typed by the caller, which owns the script. */
export interface Script {
  /** What the server knows it by once it was loaded. */
  sha: string;
  /** Runs on the slot of `keys[0]`; all keys must share it. Strings in the reply are UTF-8. */
  run(redis: RedisClient, keys: string[], args: Argument[]): Promise<unknown>;
}

/**
 * @param folder  domain folder under `src/` that holds `lua/`
 * @param name    file name without `.lua`
 */
export function loadScript(
  folder: 'audience' | 'delivery' | 'joining' | 'redis',
  name: string,
): Script {
  const lua = sourceOf(folder, name);
  const sha = createHash('sha1').update(lua).digest('hex');
  return {
    sha,
    async run(redis, keys, args) {
      try {
        return await redis.evalsha(sha, keys.length, ...keys, ...args);
      } catch (error) {
        // The server forgets scripts when it restarts; EVAL loads and runs in one step.
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return await redis.eval(lua, keys.length, ...keys, ...args);
      }
    },
  };
}

/** Source of a script, with each `-- @include NAME` line replaced by that file of the same folder. */
function sourceOf(folder: string, name: string): string {
  const file = join(packageRoot(), 'src', folder, 'lua', `${name}.lua`);
  return readFileSync(file, 'utf8').replace(/^-- @include (\w+)$/gm, (_line, included: string) =>
    sourceOf(folder, included),
  );
}
