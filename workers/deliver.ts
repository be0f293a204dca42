/** The delivering role: works on the batches of every lane, over every relay. */
import { createComposers } from '../src/delivery/composers.js';
import { deliverBatch, type Relay } from '../src/delivery/deliver.js';
import { reasonToHalt, reasonToWarn } from '../src/delivery/halt.js';
import type { Lane } from '../src/delivery/lane.js';
import { finishIfDone } from '../src/delivery/plan.js';
import type { BatchRef } from '../src/delivery/types.js';
import type { Work } from '../src/queue/queues.js';
import { createTransport } from '../src/smtp/transport.js';
import type { Transport } from '../src/smtp/types.js';
import type { System } from '../src/system.js';

/** Connections one job holds; with the jobs at work everywhere they make up a lane's connections. */
const CONNECTIONS_PER_JOB = 5;
/** When this worker stops, a relay that is silent after the final dot is not waited for any longer. */
const MESSAGES_END_WITHIN_MS = 15_000;

export async function startDelivering(system: System): Promise<Work> {
  const { config, lanes, queues } = system;
  const stop = new AbortController();
  const warned = new Set<number>();
  await system.recall.recall();
  const relays = await openRelays(system);
  const works = await Promise.all(
    config.smtp.lanes.map(async ({ name, connections }, index) => {
      const lane = lanes[index];
      if (lane === undefined) throw new Error(`lane ${name} is not wired`);
      const perJob = Math.min(CONNECTIONS_PER_JOB, connections);
      const jobs = Math.floor(connections / perJob);
      return await queues.workOnLane(name, {
        jobsHere: jobs,
        jobsEverywhere: jobs,
        lockDurationMs: config.delivery.lockDurationMs,
        process: (batch) =>
          work(system, batch, { lane, connections: perJob, relays, stop, warned }),
      });
    }),
  );
  return {
    async close() {
      stop.abort();
      const transports = [...relays.values()].map(({ transport }) => transport);
      await Promise.all([
        ...works.map((one) => one.close()),
        ...transports.map((transport) => transport.close(MESSAGES_END_WITHIN_MS)),
      ]);
    },
  };
}

/** Connections to each relay, as many as all lanes together may use and it allows. */
async function openRelays(system: System): Promise<Map<string, Relay & { transport: Transport }>> {
  const { config, log, sends } = system;
  const composers = createComposers(sends, await system.messageSecrets());
  const wanted = config.smtp.lanes.reduce((sum, { connections }) => sum + connections, 0);
  return new Map(
    config.smtp.relays.map(({ name, profile, ...relay }) => {
      const connections = config.smtp.lanes.length > 1 ? wanted : relay.connections;
      return [
        name,
        {
          transport: createTransport({ ...relay, connections, log }),
          composerOf: (copy) => composers(copy, profile),
        },
      ];
    }),
  );
}

interface WorkOptions {
  lane: Lane;
  connections: number;
  relays: ReadonlyMap<string, Relay>;
  stop: AbortController;
  /** Issues whose share of failures was warned of. */
  warned: Set<number>;
}

async function work(system: System, batch: BatchRef, options: WorkOptions) {
  const { config, log, ledger, sends, tally } = system;
  const { lane, connections, relays, stop, warned } = options;
  const result = await deliverBatch(batch, {
    ...{ ledger, lane, connections, log, stopping: stop.signal },
    relayOf: (name) => {
      const relay = relays.get(name);
      if (relay === undefined) throw new Error(`relay ${name} is not wired`);
      return relay;
    },
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
  const finishing = { ledger, sends, uncertain: config.delivery.uncertain };
  if (counters.remaining + counters.deferred === 0) await finishIfDone(batch.issue, finishing);
  else if (reason) await sends.halt(batch.issue, reason);
  return result;
}
