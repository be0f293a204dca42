/** The Lua scripts against a model that is obviously right, over random histories. */
import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import type { Redis } from 'ioredis';
import { fc } from '../support/fast-check.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { commands, prepare } from './ledger-commands.js';
import { LedgerModel } from './ledger-model.js';
import { ISSUE, SHARD, underTest } from './ledger-under-test.js';

const START = Date.UTC(2026, 2, 4, 9);
/** `LEDGER_RUNS=5000` looks longer. */
const RUNS = Number(process.env.LEDGER_RUNS ?? 60);

describe('a ledger with a line that loses replies', () => {
  let server: TestRedis;
  let redis: Redis;
  before(async () => {
    server = await startTestRedis();
    redis = server.client();
    mock.timers.enable({ apis: ['Date'], now: START });
  });
  after(async () => {
    mock.timers.reset();
    await server.stop();
  });

  it('gives a claim that is sent again the people of that very claim, and no others', async () => {
    await redis.flushall();
    const model = new LedgerModel(START);
    const real = underTest(redis);
    await prepare(model, real, 3);
    const [ref] = await real.ledger.unfinished(ISSUE, SHARD);
    const batch = ref && (await real.ledger.open(ref));
    assert.ok(batch);
    await real.ledger.claim(batch, batch.waiting.slice(0, 1));
    const line = real.loseNextReply();
    const reply = real.ledger.claim(batch, batch.waiting);
    await line.carriedOut;
    line.sendAgain();
    const { kind, ...rest } = await reply;
    assert.equal(kind, 'claimed');
    const positions = 'claimed' in rest ? rest.claimed.map(({ position }) => position) : [];
    assert.deepEqual(positions, [1, 2], 'the first one came with the claim before');
  });

  it('has every byte and counter as the model has them after any history, and gives nobody out twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 50, size: 'max' }), async (history) => {
        await redis.flushall();
        mock.timers.setTime(START);
        const model = new LedgerModel(START);
        const real = underTest(redis);
        await prepare(model, real, 6);
        await fc.asyncModelRun(() => ({ model, real }), history);
      }),
      { numRuns: RUNS },
    );
  });
});
