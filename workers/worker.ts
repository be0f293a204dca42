/** A whole worker: announces itself, plans, delivers, tells and writes letters, until it is closed. */
import type { Work } from '../src/queue/queues.js';
import type { System } from '../src/system.js';
import { startDelivering } from './deliver.js';
import { startLetters } from './letters.js';
import { startPlanning } from './plan.js';
import { startTelling } from './tell.js';

export async function startWorker(system: System): Promise<Work> {
  const delivering = await startDelivering(system);
  const planning = await startPlanning(system);
  const telling = await startTelling(system);
  const letters = await startLetters(system);
  const leave = await system.presence.announce(system.log, 'worker');
  return {
    async close() {
      await Promise.all([planning.close(), delivering.close(), letters.close()]);
      await telling.close();
      await leave();
    },
  };
}
