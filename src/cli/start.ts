/** `pressrun start [web] [worker] [inbound]`: the services of a publication, in the foreground. */
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/types.js';
import { AppError } from '../errors.js';
import { createLogger, type Logger } from '../log.js';
import { openSystem, type System } from '../system.js';
import type { Meters } from '../web/meters.js';
import { action, EXIT, type Terminal } from './command.js';
import { aborted, onInterrupt } from './interrupt.js';
import { serveMetrics } from './serve-metrics.js';

type ServiceName = 'web' | 'worker' | 'inbound';

interface Service {
  close(): Promise<void>;
}

/**
 * By how many per cent a worker's heap grows before old garbage is collected. V8's own choice is
 * several times what is alive; collecting sooner costs no time that could be measured.
 */
const WORKER_HEAP_GROWTH = 30;

/**
 * Each service by its name, in the order they start; they stop in the reverse one. What only one
 * of them needs is loaded where that one runs, since it stays in memory.
 */
const SERVICES: Record<ServiceName, (system: System, meters?: Meters) => Promise<Service>> = {
  async web(system, meters) {
    const { serveWeb } = await import('./serve.js');
    const web = await serveWeb(system, meters);
    system.log.info({ publicUrl: system.config.publication.url }, 'web is ready');
    return web;
  },
  async worker(system) {
    setFlagsFromString(`--heap-growing-percent=${WORKER_HEAP_GROWTH}`);
    const { startWorker } = await import('../../workers/worker.js');
    const worker = await startWorker(system);
    system.log.info('worker is ready');
    return worker;
  },
  async inbound(system, meters) {
    const { domain } = system.config.inbound;
    if (domain === undefined) throw noInbound();
    const { serveInbound } = await import('./serve-inbound.js');
    const inbound = await serveInbound(system, domain, meters);
    system.log.info('inbound is ready');
    return inbound;
  },
};

export function registerStart(program: Command): void {
  const command = program
    .command('start')
    .argument('[services...]', 'web, worker, inbound (default: all that are set up)')
    .description('run the services in the foreground; SIGTERM or Ctrl-C stops them cleanly')
    .addHelpText(
      'after',
      `
  web      the public pages: unsubscribing, archive
  worker   plans and delivers sends
  inbound  takes mails to leave by (needs inbound.domain)`,
    );
  action(command, (terminal, services) => start(terminal, services));
}

async function start(terminal: Terminal, asked: string[]): Promise<number> {
  const interrupt = onInterrupt();
  try {
    const config = await loadConfig(terminal.dir);
    const names = servicesFor(asked, config);
    const log = createLogger({ pretty: terminal.interactive });
    const system = await openSystem(config, log);
    try {
      await runUntil(interrupt.signal, names, system, log);
    } finally {
      await system.close();
    }
    return EXIT.ok;
  } finally {
    interrupt.release();
  }
}

/** @throws AppError usage */
function servicesFor(asked: string[], { inbound }: Config): ServiceName[] {
  const known = Object.keys(SERVICES) as ServiceName[];
  const unknown = asked.find((name) => !known.includes(name as ServiceName));
  if (unknown !== undefined) {
    throw new AppError('usage', `no service is called "${unknown}": ${known.join(', ')}`);
  }
  const isSetUp = inbound.domain !== undefined;
  if (asked.includes('inbound') && !isSetUp) throw noInbound();
  if (asked.length > 0) return known.filter((name) => asked.includes(name));
  return known.filter((name) => name !== 'inbound' || isSetUp);
}

function noInbound(): AppError {
  return new AppError(
    'usage',
    'inbound takes unsubscribe mails and needs to know of which domain: set inbound.domain in ' +
      'pressrun.yaml, or start web and worker without it',
  );
}

async function runUntil(
  signal: AbortSignal,
  names: ServiceName[],
  system: System,
  log: Logger,
): Promise<void> {
  const running: Service[] = [];
  try {
    const metrics = await serveMetrics(system);
    if (metrics) running.push(metrics);
    for (const name of names) {
      if (!signal.aborted) running.push(await SERVICES[name](system, metrics?.meters));
    }
    await aborted(signal);
    log.info('stopping: a second signal ends it at once');
  } finally {
    for (const service of running.reverse()) await service.close();
  }
  log.info('stopped');
}
