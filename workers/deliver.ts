/** The delivering role: works on the batches of the default lane. */
import { createComposers } from '../src/delivery/composers.js';
import { deliverBatch } from '../src/delivery/deliver.js';
import { reasonToHalt, reasonToWarn } from '../src/delivery/halt.js';
import { finishIfDone } from '../src/delivery/plan.js';
import type { Work } from '../src/queue/queues.js';
import { createTransport } from '../src/smtp/transport.js';
import type { System } from '../src/system.js';

/** Connections one job holds; with the jobs at work everywhere they make up `smtp.connections`. */
const CONNECTIONS_PER_JOB = 5;
/** When this worker stops, a relay that is silent after the final dot is not waited for any longer. */
const MESSAGES_END_WITHIN_MS = 15_000;

export async function startDelivering(system: System): Promise<Work> {
  const { config, log, ledger, sends, lane, queues, tally } = system;
  const connections = Math.min(CONNECTIONS_PER_JOB, config.smtp.connections);
  const jobs = Math.floor(config.smtp.connections / connections);
  const transport = createTransport({ ...config.smtp, connections: jobs * connections, log });
  const composerOf = createComposers(sends, await system.messageSecrets());
  const finishing = { ledger, sends, uncertain: config.delivery.uncertain };
  const warned = new Set<number>();
  const stop = new AbortController();
  await system.recall.recall();
  const work = await queues.workOnLane(lane.name, {
    jobsHere: jobs,
    jobsEverywhere: jobs,
    lockDurationMs: config.delivery.lockDurationMs,
    process: async (batch) => {
      const result = await deliverBatch(batch, {
        ...{ ledger, lane, transport, connections, log, composerOf, stopping: stop.signal },
        readyIn: system.recall.readyIn,
        retry: config.delivery,
        leaseMs: config.delivery.lockDurationMs,
        halt: sends.halt,
        failures: system.audience,
        suppress: async (id) => void (await system.audience.suppress(id, 'bounced')),
      });
      const { ledger: counters } = await tally.counts(batch.issue);
      const reason = reasonToHalt(counters, config.delivery.halt);
      const warning = reasonToWarn(counters, config.delivery.halt);
      if (warning && !warned.has(batch.issue)) {
        warned.add(batch.issue);
        log.warn({ issue: batch.issue }, warning);
      }
      if (counters.remaining + counters.deferred === 0) await finishIfDone(batch.issue, finishing);
      else if (reason) await sends.halt(batch.issue, reason);
      return result;
    },
  });
  return {
    async close() {
      stop.abort();
      await Promise.all([work.close(), transport.close(MESSAGES_END_WITHIN_MS)]);
    },
  };
}
