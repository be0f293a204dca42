/**
 * `npm run test:crash -- [--rounds 200] [--seed 7] [--round 13] [--kind 'all workers']`
 *
 * Rounds of kill -9 at random moments of a send to 2,000. What a round kills and when follows from
 * seed and number, so that one round can be had again with `--seed S --round N`; how the processes
 * are scheduled meanwhile is the machine's. Odd and even rounds have setups of their own and run side
 * by side. 200 rounds take about 15 minutes; a send that hangs is given up after three.
 */
import { parseArgs } from 'node:util';
import { KINDS, type Kind, planRound, type RoundPlan, SETUPS } from './plan-round.js';
import { startRig } from './rig.js';
import { describePlan, describeStrike, metSomebody, type RoundResult, runRound } from './round.js';
import { faultsOfAll, summaryOf } from './summary.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: `${KINDS.length}` },
    seed: { type: 'string', default: `${Date.now() % 100_000}` },
    round: { type: 'string' },
    kind: { type: 'string' },
  },
});

const seed = wholeNumber('seed', values.seed);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function plans(): RoundPlan[] {
  const kind = KINDS.find((known) => known === values.kind);
  if (values.kind !== undefined && kind === undefined) {
    throw new Error(`no kind is called "${values.kind}": ${KINDS.join('; ')}`);
  }
  const plan = (round: number): RoundPlan => planRound(seed, round, kind as Kind | undefined);
  say(`seed ${seed}`);
  if (values.round !== undefined) return [plan(wholeNumber('round', values.round))];
  const count = wholeNumber('rounds', values.rounds);
  return Array.from({ length: count }, (_, at) => plan(at + 1));
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} takes a whole number, not "${text}"`);
  return Number(text);
}

function tell(result: RoundResult): void {
  const { plan, strikes, uncertain, tookMs, faults } = result;
  say(`round ${plan.round}: ${plan.kind}; ${describePlan(plan)}`);
  for (const strike of strikes) say(`    ${describeStrike(strike)}`);
  const missed = plan.strikes.length - strikes.length;
  if (missed > 0) say(`    ${missed} of ${plan.strikes.length} kills came too late`);
  const met = metSomebody(result) ? '' : ', nobody in hand at any kill';
  say(`    ${uncertain} uncertain, ended after ${(tookMs / 1000).toFixed(1)} s${met}`);
  for (const fault of faults.slice(0, 10)) say(`    ✖ ${fault}`);
  if (faults.length > 10) say(`    ✖ and ${faults.length - 10} more`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

async function runAll(planned: readonly RoundPlan[]): Promise<RoundResult[]> {
  const [first] = planned;
  if (first === undefined) return [];
  const rig = await startRig(first.setup);
  const results: RoundResult[] = [];
  try {
    for (const plan of planned) {
      const result = await runRound(rig, plan, plan.round);
      results.push(result);
      tell(result);
    }
  } finally {
    await rig.stop();
  }
  return results;
}

const planned = plans();
const results = await Promise.all(
  SETUPS.map((setup) => runAll(planned.filter((plan) => plan.setup === setup))),
).then((each) => each.flat());
say(summaryOf(results));
const faults = faultsOfAll(results);
for (const fault of faults) say(`✖ ${fault}`);
say(
  `${faults.length === 0 ? '✔' : '✖'} ${results.length} rounds with seed ${seed}: ${faults.length === 0 ? 'nobody twice, nobody missing, every doubt justified' : `${faults.length} faults`}`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
