/** The planning role: puts audiences into ledgers and queue, and sweeps up what the queue lost. */
import { planSend } from '../src/delivery/plan.js';
import { sweep } from '../src/delivery/sweep.js';
import type { Work } from '../src/queue/queues.js';
import type { System } from '../src/system.js';

export async function startPlanning(system: System): Promise<Work> {
  const { config, log, ledger, sends, lane, queues } = system;
  const { lockDurationMs, uncertain } = config.delivery;
  const { enqueue, enqueuePlan, jobId } = queues;
  const dependencies = { ledger, sends, enqueue, uncertain };
  const stop = new AbortController();
  const work = await queues.workOnControl({
    lockDurationMs,
    plan: async (issue) => {
      const record = await sends.get(issue);
      if (record?.state !== 'planning') return { kind: 'done' };
      log.info({ issue }, 'planning the audience');
      return await planSend(record, { ...dependencies, stopping: stop.signal });
    },
    sweep: () =>
      sweep({
        ...dependencies,
        ...{ jobId, enqueuePlan },
        liveJobs: () => queues.liveJobs(lane.name),
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
