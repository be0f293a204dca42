/** The real ledger of one shard for the model test: real scripts, a clock and a line that obey. */
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import type { Address } from '../../src/audience/address.js';
import { type Audience, createAudience } from '../../src/audience/store.js';
import { createLedger, type LedgerStore } from '../../src/delivery/ledger.js';
import { INFO_LENGTH, readInfo } from '../../src/delivery/ledger-rows.js';
import { type OpenBatch, RECIPIENT_STATE } from '../../src/delivery/types.js';
import { keysOf, shardOf, TAIL_LENGTH, tailOf } from '../../src/redis/keys.js';
import {
  isLeft,
  type LedgerModel,
  type ModelGate,
  type ModelRow,
  type ModelWorker,
} from './ledger-model.js';

export const ISSUE = 7;
export const SHARD = 'A';
const keys = keysOf('weekly');
const ledgerKeys = keys.shard(SHARD).ledger(ISSUE);

/** A worker in both worlds. */
export interface Worker {
  model: ModelWorker;
  batch: OpenBatch;
  /** What it claimed and has not settled. */
  held: { position: number; attempt: number }[];
  /** Brings the reply of a command whose reply was lost, by sending it again. */
  lost: (() => Promise<void>) | undefined;
}

export interface UnderTest {
  redis: Redis;
  ledger: LedgerStore;
  audience: Audience;
  workers: Worker[];
  /** Who may have the message: claimed, and not known to have been refused or unsent. */
  mayHave: Set<number>;
  /** Claims made so far. */
  requests: number;
  /** Every gate that was right at some step. */
  gates: ModelGate[];
  /** Carries out the next command and loses its reply; resolves when it was carried out. */
  loseNextReply(): { carriedOut: Promise<void>; sendAgain(): void };
}

export function underTest(redis: Redis): UnderTest {
  const line = lossyLine(redis);
  return {
    ...{ redis, workers: [], mayHave: new Set(), requests: 0, gates: [] },
    ledger: createLedger(line.client, keys),
    audience: createAudience({ redis, keys, idKey: Buffer.alloc(32, 'ledger model') }),
    loseNextReply: line.loseNextReply,
  };
}

/** Addresses whose ids are in the one shard. */
export function addressesInShard({ audience }: UnderTest, count: number): Address[] {
  const found: Address[] = [];
  for (let n = 0; found.length < count; n++) {
    const address = `reader${n}@example.org` as Address;
    if (shardOf(audience.idOf(address)) === SHARD) found.push(address);
  }
  return found;
}

/** Batches of a few, so that a shard of a few people has several. */
export async function shrinkBatches({ redis }: UnderTest, batchSize: number): Promise<void> {
  await redis.hset(ledgerKeys.meta, 'batch', batchSize);
}

/** Tails in the order of the ledger. */
export async function tailsInLedger({ redis }: UnderTest): Promise<string[]> {
  const ids = (await redis.get(ledgerKeys.ids)) ?? '';
  return ids.match(new RegExp(`.{${TAIL_LENGTH}}`, 'g')) ?? [];
}

/** Every byte and every counter, and what is left to do by them. */
export async function assertSame(model: LedgerModel, real: UnderTest): Promise<void> {
  assert.deepEqual(await rowsOf(real), model.rows.map(plainRow), 'rows');
  const meta = await real.redis.hgetall(ledgerKeys.meta);
  for (const [state, letter] of Object.entries(RECIPIENT_STATE)) {
    const counted = model.rows.filter((row) => row.state === state).length;
    assert.equal(Number(meta[letter] ?? 0), counted, `counter of ${state}`);
  }
  assert.equal(Number(meta.planned ?? 0), model.rows.length, 'planned');
  if (model.planned) {
    const { open, revision, highlights, step } = model.gate;
    assert.deepEqual(
      [meta.gate, meta.revision, meta.highlights, meta.step],
      [open ? 'open' : 'shut', `${revision}`, highlights ? '1' : '', `${step}`],
      'gate',
    );
  }
  assert.equal(await real.ledger.isShardDone(ISSUE, SHARD), !model.rows.some(isLeft), 'done');
  const unfinished = await real.ledger.unfinished(ISSUE, SHARD);
  assert.deepEqual(
    unfinished.map(({ first, count, serial }) => ({ first, count, serial })),
    model.unfinished().map(({ first, count, serial }) => ({ first, count, serial })),
    'unfinished batches',
  );
}

type PlainRow = Omit<ModelRow, 'holder' | 'request'>;

function plainRow({ holder: _holder, request: _request, ...row }: ModelRow): PlainRow {
  return row;
}

async function rowsOf({ redis }: UnderTest): Promise<PlainRow[]> {
  const { ids, state, info, texts } = ledgerKeys;
  const [tails, letters, infos, table] = await Promise.all([
    redis.get(ids),
    redis.get(state),
    redis.getBuffer(info),
    redis.hgetall(texts),
  ]);
  return [...(letters ?? '')].map((letter, position) => {
    const bytes = infos ?? Buffer.alloc(0);
    assert.equal(bytes.length, (letters ?? '').length * INFO_LENGTH);
    const { text, ...row } = readInfo(bytes, position);
    const [reasonClass = '', words = ''] = text === 0 ? [] : (table[text] ?? '').split('\n');
    return {
      tail: (tails ?? '').slice(position * TAIL_LENGTH, (position + 1) * TAIL_LENGTH),
      state: stateOf(letter),
      ...row,
      class: reasonClass,
      words,
    };
  });
}

function stateOf(letter: string): ModelRow['state'] {
  const found = Object.entries(RECIPIENT_STATE).find(([, byte]) => byte === letter);
  assert.ok(found, `state byte ${letter}`);
  return found[0] as ModelRow['state'];
}

export const tailOfAddress = ({ audience }: UnderTest, address: Address): string =>
  tailOf(audience.idOf(address));

/**
 * A connection that can lose one reply, as a real one does: the command was carried out, its caller
 * waits, and after the reconnection the client sends the very same command again.
 */
function lossyLine(redis: Redis): { client: Redis; loseNextReply: UnderTest['loseNextReply'] } {
  let losing: ((again: () => Promise<unknown>) => Promise<unknown>) | undefined;
  const run = async (carryOut: () => Promise<unknown>): Promise<unknown> => {
    // A script that the server does not know yet fails, and is sent again in full.
    const reply = await carryOut();
    const lose = losing;
    losing = undefined;
    return lose ? lose(carryOut) : reply;
  };
  const client = new Proxy(redis, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'evalsha' && name !== 'eval') return value.bind(target);
      return (...args: unknown[]) => run(() => value.apply(target, args));
    },
  });
  const loseNextReply: UnderTest['loseNextReply'] = () => {
    let sendAgain = (): void => {};
    const asked = new Promise<void>((resolve) => {
      sendAgain = resolve;
    });
    const carriedOut = new Promise<void>((resolve) => {
      losing = async (send) => {
        resolve();
        await asked;
        return send();
      };
    });
    return { carriedOut, sendAgain };
  };
  return { client, loseNextReply };
}
