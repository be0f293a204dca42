/**
 * The crash rounds in short: one of nearly each kind, always the same. `npm run test:crash` has the long
 * form, with a seed and a number of rounds of your choice.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { KINDS, planRound, SETUPS } from './plan-round.js';
import { type Rig, startRig } from './rig.js';
import { describePlan, describeStrike, runRound } from './round.js';

const SEED = 7;
// Two restarts of Redis take as long as two rounds with one: only the long form has them.
const plans = KINDS.map((kind, at) => planRound(SEED, at + 1, kind)).filter(
  ({ kind }) => !kind.startsWith('Redis twice'),
);

// Side by side: a round waits most of its time for a dead worker to be missed.
describe('kill -9 in the middle of a send to 2,000', { concurrency: SETUPS.length }, () => {
  for (const setup of SETUPS) {
    describe(`over ${setup}`, { concurrency: 1 }, () => {
      let rig: Rig;
      before(async () => {
        rig = await startRig(setup);
      });
      after(() => rig.stop());

      for (const plan of plans.filter((one) => one.setup === setup)) {
        it(`of ${plan.kind} mails nobody twice, forgets nobody, and names whom it left in doubt`, async (t) => {
          const { strikes, uncertain, faults } = await runRound(rig, plan, plan.round);
          t.diagnostic(`${describePlan(plan)}: ${uncertain} uncertain`);
          for (const strike of strikes) t.diagnostic(describeStrike(strike));
          assert.deepEqual(faults, []);
          assert.ok(strikes.length > 0, 'something was killed');
        });
      }
    });
  }
});
