/** Sends begun in this process, for tests whose subject is what happens to them afterwards. */
import assert from 'node:assert/strict';
import { freezeIssue } from '../../src/delivery/freeze.js';
import { loadIssue } from '../../src/issue/store.js';
import type { System } from '../../src/system.js';
import type { TestPublication } from './publication.js';

/** reader0@example.org … with names, through the audience's own door. */
export async function addReaders(system: System, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, n) => ({
    address: `reader${n}@example.org` as never,
    name: `Reader ${n}`,
  }));
  await system.audience.put(rows, { source: 'test', at: 1 });
}

/** Writes, freezes and plans an issue; whoever works may begin. */
export async function beginSend(
  publication: TestPublication,
  system: System,
  number: number,
): Promise<void> {
  const head = `---\nnumber: ${number}\ntitle: Small things\ndate: 2026-03-04\n---\n`;
  await publication.write(`issues/${number}.md`, `${head}\nDear {{subscriber.name}}.\n`);
  const loaded = await loadIssue(publication.dir, `${number}`, system.config.publication);
  assert.ok(
    await system.sends.create(
      await freezeIssue(system.config, loaded, { today: new Date(), revision: 1 }),
    ),
  );
  await system.queues.enqueuePlan(number);
}

/** Holds the counters against the states, and the states against each other; call it when nobody works. */
export async function balancedLedger(system: System, number: number) {
  const counts = await system.tally.counts(number);
  assert.deepEqual(counts, await system.tally.recount(number), 'the recount differs');
  const { planned, ...parts } = counts.ledger;
  const sum = Object.values(parts).reduce((total, part) => total + part);
  assert.equal(sum, planned, 'the ledger does not balance');
  return { ...counts.ledger, inFlight: counts.inFlight };
}
