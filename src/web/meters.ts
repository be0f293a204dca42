/**
 * What is measured, in the words of Prometheus. Counters are of this process; gauges are asked of
 * Redis when somebody looks, and so the same from every process.
 * @see https://prometheus.io/docs/practices/naming/
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Audience } from '../audience/store.js';
import type { Lane } from '../delivery/lane.js';
import type { Sends } from '../delivery/sends.js';
import type { Tally } from '../delivery/tally.js';
import type { InboundMeters } from '../inbound/server.js';
import type { Queues } from '../queue/queues.js';

/** Counted by the web as it answers. */
export interface WebMeters {
  request(method: string, route: string, status: number): void;
  signUp(outcome: string): void;
  left(outcome: string): void;
}

export interface MeterSources {
  audience: Pick<Audience, 'stats'>;
  sends: Pick<Sends, 'list'>;
  tally: Pick<Tally, 'counts'>;
  queues: Pick<Queues, 'depths'>;
  lanes: readonly Lane[];
}

export interface Meters extends WebMeters, InboundMeters {
  /** The text of `/metrics`. */
  text(): Promise<string>;
  contentType: string;
}

/** Sends whose ledgers are shown: the newest, and all that have not ended. */
const ENDED = ['finished', 'cancelled'];

export function createMeters(sources: MeterSources): Meters {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ ...{ name, help, labelNames, registers } });
  const requests = counter('pressrun_http_requests_total', 'Requests answered.', [
    ...['method', 'route', 'status'],
  ]);
  const signUps = counter('pressrun_sign_ups_total', 'Sign-up forms taken.', ['outcome']);
  const left = counter('pressrun_unsubscribes_total', 'Readers who left over HTTP.', ['outcome']);
  const inbound = counter('pressrun_inbound_recipients_total', 'Recipients of mails to leave by.', [
    'outcome',
  ]);
  gaugesOf(sources, registers);
  return {
    request: (method, route, status) => requests.inc({ method, route, status }),
    signUp: (outcome) => signUps.inc({ outcome }),
    left: (outcome) => left.inc({ outcome }),
    inbound: (outcome) => inbound.inc({ outcome }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function gaugesOf(
  { audience, sends, tally, queues, lanes }: MeterSources,
  registers: Registry[],
): void {
  const gauge = (
    [name, help]: [name: string, help: string],
    labelNames: string[],
    fill: (set: (labels: Record<string, string>, value: number) => void) => Promise<void>,
  ) =>
    new Gauge({
      ...{ name, help, labelNames, registers },
      async collect() {
        this.reset();
        await fill((labels, value) => this.set(labels, value));
      },
    });

  gauge(['pressrun_subscribers', 'People on the list.'], ['status'], async (set) => {
    const { total: _total, ...counts } = await audience.stats();
    for (const [status, count] of Object.entries(counts)) set({ status }, count);
  });
  gauge(['pressrun_recipients', 'Recipients of a send.'], ['issue', 'state'], async (set) => {
    const shown = (await sends.list()).filter(({ state }, n) => n === 0 || !ENDED.includes(state));
    for (const { issue } of shown) {
      const { ledger, inFlight } = await tally.counts(issue);
      for (const [state, count] of Object.entries({ ...ledger, inFlight })) {
        set({ issue: String(issue), state }, count);
      }
    }
  });
  gauge(['pressrun_queue_jobs', 'Jobs of a queue.'], ['queue', 'state'], async (set) => {
    const depths = await queues.depths(lanes.map(({ name }) => name));
    for (const [queue, states] of Object.entries(depths)) {
      for (const [state, count] of Object.entries(states)) set({ queue, state }, count);
    }
  });
  gauge(
    ['pressrun_route_held_back', '1 for each route that waits for its relay.'],
    ['lane', 'relay', 'of'],
    async (set) => {
      for (const lane of lanes) {
        for (const { relay, of } of await lane.troubles()) set({ lane: lane.name, relay, of }, 1);
      }
    },
  );
}
