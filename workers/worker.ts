/** A whole worker: announces itself, plans and delivers, until it is closed. */
import type { Work } from '../src/queue/queues.js';
import type { System } from '../src/system.js';
import { startDelivering } from './deliver.js';
import { startPlanning } from './plan.js';

export async function startWorker(system: System): Promise<Work> {
  const delivering = await startDelivering(system);
  const planning = await startPlanning(system);
  const leave = await system.presence.announce(system.log, 'worker');
  return {
    async close() {
      await Promise.all([planning.close(), delivering.close()]);
      await leave();
    },
  };
}
