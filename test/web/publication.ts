/** A publication's web over a real Redis, on a free port, with everything it logged. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { createEpisodeFiles } from '../../src/archive/episode-files.js';
import type { Episode } from '../../src/archive/episodes.js';
import type { PublicApproval } from '../../src/archive/published.js';
import { parseAddress } from '../../src/audience/address.js';
import { type Audience, createAudience } from '../../src/audience/store.js';
import type { Config } from '../../src/config/types.js';
import type { Issue } from '../../src/issue/types.js';
import { createJoining, type Joining } from '../../src/joining/joining.js';
import { createLogger } from '../../src/log.js';
import { signToken } from '../../src/message/tokens.js';
import { createQueues, type Queues } from '../../src/queue/queues.js';
import { keysOf } from '../../src/redis/keys.js';
import type { WebDependencies } from '../../src/web/dependencies.js';
import { buildWeb } from '../../src/web/server.js';
import { type ConfigOverrides, testConfig } from '../support/config.js';
import { startTestRedis } from '../support/redis.js';

export interface WebPublication {
  /** Where the web listens. */
  url: string;
  app: FastifyInstance;
  config: Config;
  audience: Audience;
  redis: Redis;
  joining: Joining;
  queues: Queues;
  /** Paths of all routes that answer GET. */
  routes: string[];
  /** Every line logged so far. */
  log: string[];
  /** Issues of the archive, newest first; tests may change it. */
  shelf: Issue[];
  /** Audio of them, by number. */
  episodes: Map<number, Episode>;
  /** Who approved which of them, by number. */
  approvals: Map<number, PublicApproval>;
  /** Adds an active subscriber and returns the token of their mails. */
  subscribe(address: string): Promise<{ id: string; token: string }>;
  /** Gives an issue a real file as its episode; returns the file's name. */
  attach(issue: number, sound: Buffer, facts?: Partial<Episode>): Promise<string>;
  /** Every key of Redis with its value and expiry, to compare before and after. */
  dump(): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export const INSTANCE = 'this-very-redis';

/** @param options.lookEveryMs as of WebDependencies; tests publish and look at once */
export async function startWebPublication(
  overrides: ConfigOverrides = {},
  { lookEveryMs = 0 }: { lookEveryMs?: number } = {},
): Promise<WebPublication> {
  const server = await startTestRedis();
  const redis = server.client();
  const config = testConfig(overrides);
  const { slug } = config.publication;
  const { idKey, tokenKeys } = config.keys;
  const keys = keysOf(slug);
  const audience = createAudience({ redis, keys, idKey });
  const log: string[] = [];
  const logger = createLogger({
    ...{ level: 'debug', pretty: false },
    to: { write: (line) => log.push(line) },
  });
  const connection = { client: redis, connect: () => server.client(), description: 'the test’s' };
  const queues = createQueues(
    { ...connection, onReturn: () => {}, close: async () => {} },
    keys.queuePrefix,
    logger,
  );
  const { enqueueSignUp, enqueueLetter, enqueueForgetting } = queues;
  const joining = createJoining({
    ...{ config, redis, keys, audience, log: logger, enqueueSignUp, enqueueLetter },
    enqueueForgetting,
  });
  const shelf: Issue[] = [];
  const episodes = new Map<number, Episode>();
  const approvals = new Map<number, PublicApproval>();
  const routes: string[] = [];
  const dependencies: WebDependencies = {
    config,
    audience,
    joining,
    log: logger,
    instanceId: INSTANCE,
    frozenIssues: {
      list: async () =>
        shelf.map(({ number, title, date }) => {
          const episode = episodes.get(number);
          const version = `${title} ${JSON.stringify(episode)}`;
          const publishedAt = Date.parse(date ?? '2026-01-01');
          return { number, title, date, version, publishedAt, ...(episode && { episode }) };
        }),
      get: async (number) => {
        const issue = shelf.find((issue) => issue.number === number);
        return issue && { issue, approval: approvals.get(number) };
      },
    },
    episodes: { get: async (issue) => episodes.get(issue) },
    ready: async () => (await redis.ping()) === 'PONG',
    lookEveryMs,
  };
  const app = await buildWeb(dependencies, ({ method, url }) => {
    if ([method].flat().includes('GET')) routes.push(url);
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...{ url, app, config, audience, redis, joining, queues, routes, log, shelf, approvals },
    episodes,
    async subscribe(address) {
      const parsed = parseAddress(address);
      if (!parsed.ok) throw new Error(parsed.reason);
      await audience.put([{ address: parsed.address }], { source: 'operator', at: 1_790_000_000 });
      const id = audience.idOf(parsed.address);
      return { id, token: signToken(tokenKeys, { purpose: 'unsubscribe', id, issue: 7 }, slug) };
    },
    async attach(issue, sound, facts = {}) {
      const file = join(config.dir, 'sound.mp3');
      await writeFile(file, sound);
      const name = await createEpisodeFiles(config.dataDir).keep(issue, file, 'audio/mpeg');
      episodes.set(issue, {
        ...{ source: { kind: 'file', name }, type: 'audio/mpeg', bytes: sound.length },
        ...{ seconds: 60, attachedAt: 0, ...facts },
      });
      return name;
    },
    dump: () => dump(redis),
    async stop() {
      await app.close();
      await queues.close();
      await server.stop();
      await rm(config.dir, { recursive: true, force: true });
    },
  };
}

async function dump(redis: Redis): Promise<Record<string, string>> {
  const keys = (await redis.keys('*')).sort();
  const entries = keys.map(async (key) => {
    const [value, expiry] = await Promise.all([redis.dumpBuffer(key), redis.pexpiretime(key)]);
    return [key, `${value?.toString('base64')} ${expiry}`];
  });
  return Object.fromEntries(await Promise.all(entries));
}
