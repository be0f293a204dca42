/** The telling role: operators hear what became of sends, in a queue of its own that nothing waits for. */
import { channelsOf, isWanted } from '../src/notify/channels.js';
import { tell } from '../src/notify/tell.js';
import type { Work } from '../src/queue/queues.js';
import type { System } from '../src/system.js';

export async function startTelling(system: System): Promise<Work> {
  const { config, log, sends, tally, outbox, queues } = system;
  if (!isWanted(config)) return { close: async () => {} };
  const stop = new AbortController();
  const { signer } = await system.messageSecrets();
  const options = {
    ...{ sends, tally, outbox, log, stopping: stop.signal },
    channels: channelsOf(config, signer, log),
    publication: config.publication,
  };
  const work = await queues.workOnNews({
    lockDurationMs: config.delivery.lockDurationMs,
    tell: (issue, step) => tell(issue, step, options),
  });
  return {
    async close() {
      stop.abort();
      await work.close();
    },
  };
}
