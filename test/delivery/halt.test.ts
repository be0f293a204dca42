import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonToHalt, reasonToWarn } from '../../src/delivery/halt.js';

const thresholds = { permanentShare: 0.1, warnShare: 0.01, afterRecipients: 100 };
const ledger = (accepted: number, rejected: number) => ({
  ...{ planned: 5_000, accepted, rejected },
  ...{ skipped: 0, uncertain: 0, deferred: 0, remaining: 5_000 - accepted - rejected },
});

test('a send warns above one refusal in a hundred and halts above one in ten', () => {
  const said = (accepted: number, rejected: number) => ({
    warns: reasonToWarn(ledger(accepted, rejected), thresholds) !== undefined,
    halts: reasonToHalt(ledger(accepted, rejected), thresholds) !== undefined,
  });
  assert.deepEqual(said(990, 10), { warns: false, halts: false });
  assert.deepEqual(said(989, 11), { warns: true, halts: false });
  assert.deepEqual(said(899, 101), { warns: true, halts: true });
});

test('few recipients prove nothing', () => {
  assert.equal(reasonToWarn(ledger(0, 99), thresholds), undefined);
  assert.equal(reasonToHalt(ledger(0, 99), thresholds), undefined);
  assert.match(
    reasonToHalt(ledger(0, 100), thresholds) ?? '',
    /^100 of 100 recipients \(100\.0 %\)/,
  );
});
