/**
 * A Redis Cluster for one test file: three masters on free loopback ports, with a replica each when
 * asked for, gone afterwards. Put together by the cluster's own commands.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import { STORE_OPTIONS } from './redis.js';
import { freePort, type RedisNode, startNode } from './redis-node.js';

export interface TestCluster {
  /** What PRESSRUN_REDIS is set to: the masters, commas between. */
  urls: string;
  masters: RedisNode[];
  /** The replica of the master with the same index; empty without replicas. */
  replicas: RedisNode[];
  /** A new connection to the cluster, closed by {@link stop}. */
  client(): Cluster;
  /** Ends the servers and removes their data. */
  stop(): Promise<void>;
}

export interface TestClusterOptions {
  /** A replica for each master. Default: none. */
  withReplicas?: boolean;
  /** Demanded of clients and of each other. Default: none. */
  password?: string;
  /** Further server options. */
  args?: string[];
}

const MASTERS = 3;
const SLOTS = 16_384;
/** A master that is silent for so long is replaced by its replica. */
const NODE_TIMEOUT_MS = 2_000;

/** @returns a cluster that is whole: every slot served, every replica in step */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const count = options.withReplicas ? 2 * MASTERS : MASTERS;
  const { password } = options;
  const args = [...(options.args ?? []), ...(password ? passwordOptions(password) : [])];
  const members: Member[] = [];
  for (let n = 0; n < count; n++) members.push(await startMember(args));
  const nodes = members.map(({ node }) => node);
  const masters = nodes.slice(0, MASTERS);
  const replicas = nodes.slice(MASTERS);
  const clients = nodes.map((node) => node.client(password));
  await join(clients, members);
  await Promise.all(clients.slice(0, MASTERS).map(takeSlots));
  await until(async () => (await facts(clients)).every((text) => text.includes('state:ok')));
  for (const [n, client] of clients.slice(MASTERS).entries()) {
    await client.cluster('REPLICATE', String(await clients[n]?.call('CLUSTER', 'MYID')));
  }
  await until(async () => {
    const links = await Promise.all(clients.slice(MASTERS).map((one) => one.info('replication')));
    const views = await Promise.all(clients.map((client) => client.call('CLUSTER', 'NODES')));
    return (
      links.every((text) => text.includes('master_link_status:up')) &&
      views.every((view) => String(view).split('slave ').length - 1 === replicas.length)
    );
  });
  const connections: Cluster[] = [];
  const login = password ? `:${encodeURIComponent(password)}@` : '';
  return {
    urls: masters.map(({ port }) => `redis://${login}127.0.0.1:${port}`).join(','),
    masters,
    replicas,
    client() {
      const cluster = new Cluster(
        masters.map(({ port }) => ({ host: '127.0.0.1', port })),
        { redisOptions: { ...(password && { password }) } },
      );
      cluster.on('error', () => {});
      connections.push(cluster);
      return cluster;
    },
    async stop() {
      for (const connection of connections) connection.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

function passwordOptions(password: string): string[] {
  return ['--requirepass', password, '--masterauth', password];
}

interface Member {
  node: RedisNode;
  /** Port on which the nodes talk to each other. */
  bus: number;
}

async function startMember(args: string[]): Promise<Member> {
  const [port, bus] = [await freePort(), await freePort()];
  const cluster = ['--cluster-enabled', 'yes', '--cluster-port', `${bus}`];
  const timing = [
    '--cluster-node-timeout',
    `${NODE_TIMEOUT_MS}`,
    '--repl-diskless-sync-delay',
    '0',
  ];
  const node = await startNode(port, [...STORE_OPTIONS, ...cluster, ...timing, ...args]);
  return { node, bus };
}

/** Makes all nodes know each other. */
async function join(clients: readonly Redis[], members: readonly Member[]): Promise<void> {
  for (const [n, client] of clients.entries()) {
    // Distinct from the start: two masters of one epoch would have to settle that first.
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', n + 1);
  }
  for (const { node, bus } of members.slice(1)) {
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', node.port, bus);
  }
  const all = `cluster_known_nodes:${clients.length}`;
  await until(async () => (await facts(clients)).every((text) => text.includes(all)));
}

async function takeSlots(client: Redis, index: number): Promise<void> {
  const first = Math.round((index * SLOTS) / MASTERS);
  const last = Math.round(((index + 1) * SLOTS) / MASTERS) - 1;
  await client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
}

function facts(clients: readonly Redis[]): Promise<string[]> {
  return Promise.all(clients.map(async (client) => String(await client.cluster('INFO'))));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}
