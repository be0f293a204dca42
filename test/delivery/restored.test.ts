/** What a restore makes of each kind of send, held against what its ledger was before. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { freezeIssue } from '../../src/delivery/freeze.js';
import { planSend } from '../../src/delivery/plan.js';
import { haltRestoredSends, type RestoredSend } from '../../src/delivery/restored.js';
import type { Frozen } from '../../src/delivery/send-record.js';
import type { Outcome } from '../../src/delivery/types.js';
import { loadIssue } from '../../src/issue/store.js';
import { SHARDS } from '../../src/redis/keys.js';
import type { System } from '../../src/system.js';
import { makePublication, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { addReaders, balancedLedger } from '../support/sends.js';

const READERS = 12;
const REJECTED: Outcome = { kind: 'rejected', class: 'policy', words: '554 no' };

let redis: TestRedis;
let publication: TestPublication;
let system: System;
let pattern: Frozen;
let issue = 100;

before(async () => {
  redis = await startTestRedis();
  publication = await makePublication({ smtpUrl: 'smtp://127.0.0.1:9', redis: redis.url });
  system = await publication.open();
  await addReaders(system, READERS);
  await publication.write('issues/1.md', '---\nnumber: 1\ntitle: T\ndate: 2026-03-04\n---\nAll.\n');
  const loaded = await loadIssue(publication.dir, '1', system.config.publication);
  pattern = await freezeIssue(system.config, loaded, { today: new Date(), revision: 1 });
});
after(async () => {
  await system?.close();
  await publication?.remove();
  await redis?.stop();
});
beforeEach(() => {
  issue += 1;
});

const frozen = (): Frozen => ({ ...pattern, issue: { ...pattern.issue, number: issue } });

async function plan(): Promise<void> {
  const record = await system.sends.get(issue);
  assert.ok(record);
  const { ledger, sends } = system;
  const options = { enqueue: async () => {}, stopping: new AbortController().signal };
  await planSend(record, { ledger, sends, uncertain: 'hold', ...options });
}

/** A planned send whose recipients met these ends, the first ones; undefined: still in flight. */
async function sendWith(outcomes: readonly (Outcome | undefined)[]): Promise<void> {
  assert.ok(await system.sends.create(frozen()));
  await plan();
  const left = [...outcomes];
  for (const shard of SHARDS) {
    for (const ref of await system.ledger.unfinished(issue, shard)) {
      const batch = left.length > 0 ? await system.ledger.open(ref) : undefined;
      const some = batch?.waiting.slice(0, left.length) ?? [];
      const reply = batch && (await system.ledger.claim(batch, some));
      if (batch === undefined || reply?.kind !== 'claimed') continue;
      const settlements = reply.claimed.flatMap((who) => {
        const outcome = left.shift();
        return outcome ? [{ ...who, outcome }] : [];
      });
      await system.ledger.settle(batch, settlements);
    }
  }
  assert.deepEqual(left, []);
}

async function restoredWith(...words: string[]): Promise<RestoredSend | undefined> {
  const { client } = system.redis;
  const { keys, sends, tally } = system;
  const begun = new Map<number, { words: Set<string>; at: number }>();
  if (words.length > 0) begun.set(issue, { words: new Set(words), at: Date.now() });
  const evidence = { backupAt: Date.now(), begun, lost: [] };
  const halted = await haltRestoredSends(evidence, { redis: client, keys, sends, tally });
  return halted.find((one) => one.issue === issue);
}

async function stateAndReason(): Promise<string> {
  const record = await system.sends.get(issue);
  return `${record?.state}: ${record?.reason ?? ''}`;
}

async function mayBeClaimed(): Promise<number> {
  let waiting = 0;
  for (const shard of SHARDS) {
    for (const ref of await system.ledger.unfinished(issue, shard)) {
      waiting += (await system.ledger.open(ref))?.waiting.length ?? 0;
    }
  }
  return waiting;
}

describe('a send that a backup shows as', () => {
  it('scheduled, and not begun since, waits for a word; nobody is in doubt', async () => {
    const when = { at: Date.now() + 3_600_000, queued: false, loopback: true };
    assert.ok(await system.sends.schedule(frozen(), when));
    assert.equal((await restoredWith())?.inDoubt, 0);
    assert.match(await stateAndReason(), /^halted: .*before it was to begin/);
    await system.sends.resume(issue);
    await plan();
    assert.equal((await balancedLedger(system, issue)).remaining, READERS);
  });

  it('scheduled, and begun since by a journal, puts everybody in doubt', async () => {
    const when = { at: Date.now() + 3_600_000, queued: false, loopback: true };
    await system.sends.schedule(frozen(), when);
    assert.equal((await restoredWith('begun'))?.inDoubt, READERS);
    assert.match(await stateAndReason(), /^halted: .*12 people may have been mailed since/);
    assert.equal((await balancedLedger(system, issue)).uncertain, READERS);
    await system.sends.resume(issue);
    assert.equal(await mayBeClaimed(), 0);
  });

  it('cancelled puts in doubt who was in flight, and stays cancelled', async () => {
    await sendWith([undefined, { kind: 'accepted' }, undefined]);
    await system.sends.cancel(issue);
    assert.equal((await restoredWith())?.inDoubt, 2);
    assert.match(await stateAndReason(), /^cancelled/);
    const { accepted, uncertain, remaining } = await balancedLedger(system, issue);
    assert.deepEqual([accepted, uncertain, remaining], [1, 2, READERS - 3]);
    assert.equal(await restoredWith(), undefined, 'once');
  });

  it('finished, and retried since, puts the rejected in doubt', async () => {
    const accepted = Array.from({ length: READERS - 2 }, (): Outcome => ({ kind: 'accepted' }));
    await sendWith([REJECTED, ...accepted, REJECTED]);
    assert.equal(await system.sends.finish(issue), true);
    assert.equal(await restoredWith(), undefined, 'nobody was mailed since, as far as is known');
    assert.equal((await restoredWith('retry'))?.inDoubt, 2);
    const ledger = await balancedLedger(system, issue);
    assert.deepEqual([ledger.accepted, ledger.uncertain], [READERS - 2, 2]);
    await system.sends.resume(issue);
    assert.equal(await mayBeClaimed(), 0);
  });

  it('sending, with people in doubt, leaves them to a person, whatever the policy', async () => {
    await sendWith([{ kind: 'uncertain', words: 'the line was cut' }, { kind: 'accepted' }]);
    assert.equal((await restoredWith('resend'))?.inDoubt, READERS - 1);
    await system.sends.resume(issue);
    const { moved, fresh } = await system.ledger.reassign(issue, 'resend', {
      before: Date.now() + 60_000,
    });
    assert.deepEqual([moved, fresh], [0, 0], 'a policy touches none of them');
    assert.equal(await mayBeClaimed(), 0);
    assert.equal((await system.chances.resend(issue, {})).moved, READERS - 1, 'a person may');
  });
});
