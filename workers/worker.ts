/** A whole worker: announces itself, plans, delivers and tells, until it is closed. */
import type { Work } from '../src/queue/queues.js';
import type { System } from '../src/system.js';
import { startDelivering } from './deliver.js';
import { startPlanning } from './plan.js';
import { startTelling } from './tell.js';

export async function startWorker(system: System): Promise<Work> {
  const delivering = await startDelivering(system);
  const planning = await startPlanning(system);
  const telling = await startTelling(system);
  const leave = await system.presence.announce(system.log, 'worker');
  return {
    async close() {
      await Promise.all([planning.close(), delivering.close()]);
      await telling.close();
      await leave();
    },
  };
}
