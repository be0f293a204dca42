/** The planning role: puts audiences into ledgers and queue, and sweeps up what the queue lost. */
import { type FireOptions, fire } from '../src/delivery/fire.js';
import { fireSlots } from '../src/delivery/fire-slots.js';
import { planSend } from '../src/delivery/plan.js';
import { scheduleOf } from '../src/delivery/slots.js';
import { sweep } from '../src/delivery/sweep.js';
import type { Work } from '../src/queue/queues.js';
import type { System } from '../src/system.js';
import { checkDoor } from '../src/web/door.js';

export async function startPlanning(system: System): Promise<Work> {
  const { config, log, ledger, sends, outbox, lanes, queues } = system;
  const { lockDurationMs, uncertain } = config.delivery;
  const { enqueue, enqueuePlan, enqueueFire, jobId } = queues;
  const dependencies = { ledger, sends, enqueue, uncertain };
  const stop = new AbortController();
  const schedule = scheduleOf(config);
  const firing: FireOptions = {
    ...{ sends, enqueuePlan, log },
    checkDoor: (options) => checkDoor(config, system.instanceId, options),
  };
  const work = await queues.workOnControl({
    lockDurationMs,
    plan: async (issue) => {
      const record = await sends.get(issue);
      if (record?.state !== 'planning') return { kind: 'done' };
      log.info({ issue }, 'planning the audience');
      return await planSend(record, { ...dependencies, stopping: stop.signal });
    },
    slots: schedule,
    fire: (issue, step) => fire(issue, step, firing),
    fireSlots: () => fireSlots({ ...firing, sends, schedule }),
    sweep: () =>
      sweep({
        ...dependencies,
        ...{ jobId, enqueuePlan, enqueueFire, putAway: system.putAway },
        enqueueNews: async (issue) => {
          for (const step of await outbox.untold(issue)) await queues.enqueueNews(issue, step);
        },
        liveJobs: () => queues.liveJobs(lanes.map(({ name }) => name)),
        doubtMs: lockDurationMs,
      }),
  });
  return {
    async close() {
      stop.abort();
      await work.close();
    },
  };
}
