/** One kill -9: waiting for its moment, striking, and reading what it left behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addressesIn, plannedShards, readStates, sendState } from './ledger-bytes.js';
import type { Moment, Strike } from './plan-round.js';
import type { Transaction } from './relay.js';
import type { Rig } from './rig.js';

/** What was killed, and what was under way at that instant. */
export interface StrikeRecord {
  /** "worker 1, Redis" */
  killed: string;
  /** ms after the start of the send. */
  atMs: number;
  /** Messages the relay had accepted. */
  acceptedBefore: number;
  /** State of the send in the ledger right after. */
  sendState: string;
  /** Slots of the workers that died. */
  workers: number[];
  redis: boolean;
  /** Claimed and not settled in the ledger as the kill left it: nobody dead can claim any more. */
  claimed: Set<string>;
  /** Transactions between RCPT and reply that the victims had at the relay. */
  inHand: Transaction[];
}

/** A victim between two batches is given this long to have something in hand; planning is soon over. */
const WAITS: Record<Moment['kind'], number> = { accepted: 100, planning: 2 };
const WAIT_MS = 10;

/** @returns undefined when the send was over before the moment came */
export async function strikeAt(
  rig: Rig,
  issue: number,
  strike: Strike,
  { startedAt, ended }: { startedAt: number; ended: Promise<unknown> },
): Promise<StrikeRecord | undefined> {
  if (!(await momentComes(rig, issue, strike.moment, ended))) return undefined;
  const victims = victimsOf(rig, issue, strike);
  const inHand = async (): Promise<Transaction[]> =>
    (await rig.relay.look()).filter(({ port }) => strike.redis || victims.includes(port));
  for (let waits = 0; waits < WAITS[strike.moment.kind] && (await inHand()).length === 0; waits++)
    await sleep(WAIT_MS);
  await sleep(strike.jitterMs);
  const accepted = await rig.relay.count();
  const held = await inHand();
  const atMs = Date.now() - startedAt;
  // Signals first, all of them; only then is anything awaited.
  const gone = rig.killWorkers(victims);
  if (strike.redis) rig.redis.kill();
  await gone;
  if (strike.redis) await rig.redis.restart();
  const states = await readStates(rig.redis.client, issue, rig.addresses);
  const record: StrikeRecord = {
    killed: [...victims.map((slot) => `worker ${slot}`), ...(strike.redis ? ['Redis'] : [])].join(
      ', ',
    ),
    atMs,
    acceptedBefore: accepted.length,
    sendState: await sendState(rig.redis.client, issue),
    workers: victims,
    redis: strike.redis,
    claimed: addressesIn(states, 'claimed'),
    inHand: held,
  };
  await rig.relay.forget(victims);
  if (strike.redis) await rig.redis.admit();
  return record;
}

function victimsOf(rig: Rig, issue: number, strike: Strike): number[] {
  const planner = strike.planner ? rig.plannerOf(issue) : undefined;
  const named = planner === undefined ? strike.workers : [...strike.workers, planner];
  return named.filter((slot) => rig.running().includes(slot));
}

/** Whether the moment came before the end. */
async function momentComes(
  rig: Rig,
  issue: number,
  moment: Moment,
  ended: Promise<unknown>,
): Promise<boolean> {
  let over = false;
  const end = ended.then(() => {
    over = true;
  });
  if (moment.kind === 'accepted') {
    await Promise.race([rig.relay.accepted(moment.count), end]);
    return !over;
  }
  while (!over) {
    const planner = rig.plannerOf(issue);
    if (planner !== undefined && (await plannedShards(rig.redis.client, issue)) >= moment.shards) {
      return true;
    }
    await sleep(2);
  }
  return false;
}
