import { loadConfig } from '../config/load.js';
import { createLogger } from '../log.js';
import { type OpenOptions, openSystem, type System } from '../system.js';
import type { Terminal } from './command.js';

/**
 * Runs a command's work with the system of its publication, closed afterwards whatever happens.
 * Only warnings are logged: what a command has to say, it prints.
 * @throws AppError of config/ and redis/
 */
export async function withSystem(
  terminal: Terminal,
  run: (system: System) => Promise<number>,
  options: OpenOptions = {},
): Promise<number> {
  const config = await loadConfig(terminal.dir);
  const log = createLogger({ pretty: terminal.interactive, level: 'warn' });
  const system = await openSystem(config, log, options);
  try {
    return await run(system);
  } finally {
    await system.close();
  }
}
