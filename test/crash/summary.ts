/** All rounds together: a table by kind, and whether they show what they are meant to show. */
import Table from 'cli-table3';
import { KINDS } from './plan-round.js';
import { metSomebody, type RoundResult } from './round.js';

/** Kills that met nothing under way prove little: at least this share of rounds must have. */
const LEAST_SHARE = 0.8;

export function summaryOf(results: readonly RoundResult[]): string {
  const table = new Table({
    head: [
      'killed',
      'rounds',
      'met somebody',
      'in hand',
      'claimed',
      'uncertain',
      's a round',
      'failed',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...Array.from({ length: 7 }, () => 'right' as const)],
  });
  for (const kind of KINDS) {
    const rounds = results.filter(({ plan }) => plan.kind === kind);
    if (rounds.length > 0) table.push([kind, ...figuresOf(rounds)]);
  }
  table.push(['all', ...figuresOf(results)]);
  return table.toString();
}

function figuresOf(rounds: readonly RoundResult[]): string[] {
  const sum = (count: (round: RoundResult) => number): number =>
    rounds.reduce((total, round) => total + count(round), 0);
  const strikes = rounds.flatMap((round) => round.strikes);
  return [
    rounds.length,
    rounds.filter(metSomebody).length,
    strikes.reduce((total, { inHand }) => total + inHand.length, 0),
    strikes.reduce((total, { claimed }) => total + claimed.size, 0),
    sum(({ uncertain }) => uncertain),
    (sum(({ tookMs }) => tookMs) / rounds.length / 1000).toFixed(1),
    rounds.filter(({ faults }) => faults.length > 0).length,
  ].map(String);
}

/** @returns one line for each failed round, and for what too few rounds showed */
export function faultsOfAll(results: readonly RoundResult[]): string[] {
  const failed = results
    .filter(({ faults }) => faults.length > 0)
    .map(({ plan, faults }) => `round ${plan.round} (${plan.kind}): ${faults[0]}`);
  const planners = results.filter(({ plan }) => plan.strikes.some(({ planner }) => planner));
  return [
    ...failed,
    ...tooFew(results, metSomebody, 'met somebody in flight'),
    ...tooFew(planners, ({ strikes }) => strikes[0]?.sendState === 'planning', 'met the planning'),
  ];
}

function tooFew(
  results: readonly RoundResult[],
  shows: (result: RoundResult) => boolean,
  what: string,
): string[] {
  const count = results.filter(shows).length;
  if (count >= results.length * LEAST_SHARE) return [];
  return [`only ${count} of ${results.length} rounds ${what}`];
}
