/** What a round kills, and when. Pure: the same seed and number give the same plan. */
import { type Chance, chanceOf, shuffled } from './chance.js';

export const RECIPIENTS = 2_000;
/** Places a worker may have; each has a relay port of its own. */
export const WORKER_SLOTS = 3;

export const KINDS = [
  'a worker',
  'all workers',
  'the planner',
  'Redis (always)',
  'Redis (everysec)',
  'a worker twice',
  'one worker, then another',
  'a worker and Redis at once',
  'all workers and Redis at once',
  'the planner, then Redis',
  'Redis twice (everysec)',
] as const;
export type Kind = (typeof KINDS)[number];

/** What the workers send over: rounds of each setup follow each other in a rig of its own. */
export const SETUPS = ['one relay', 'two relays, two lanes'] as const;
export type Setup = (typeof SETUPS)[number];

/** When a strike falls. */
export type Moment =
  /** The relay has accepted this many messages of the send. */
  | { kind: 'accepted'; count: number }
  /** At least this many of the 64 shards are planned, and the planner is at work. */
  | { kind: 'planning'; shards: number };

/** One kill -9 of one or several processes at once. */
export interface Strike {
  moment: Moment;
  /** Waited after the moment, so that kills fall into every part of a transaction. */
  jitterMs: number;
  /** Slots of workers. */
  workers: number[];
  /** Whichever worker is planning, besides. */
  planner: boolean;
  redis: boolean;
  /** Killed workers are started again at once, or only after the send: the others take over. */
  restart: 'at once' | 'afterwards';
}

export interface RoundPlan {
  round: number;
  kind: Kind;
  setup: Setup;
  /** Worker processes at the start. */
  workers: number;
  fsync: 'always' | 'everysec';
  strikes: Strike[];
}

/** @param round from 1; rounds go through all kinds in turn, in an order of the seed */
export function planRound(seed: number, round: number, only?: Kind): RoundPlan {
  const chance = chanceOf(seed, round);
  const lap = Math.floor((round - 1) / KINDS.length);
  const order = shuffled(KINDS, chanceOf(seed, `lap ${lap}`));
  const kind = only ?? order[(round - 1) % KINDS.length] ?? KINDS[0];
  const workers = 2 + chance('workers', WORKER_SLOTS - 1);
  const fsync = kind.includes('everysec')
    ? 'everysec'
    : kind.includes('always') || chance('fsync', 2) === 0
      ? 'always'
      : 'everysec';
  const setup = SETUPS[round % SETUPS.length] ?? SETUPS[0];
  return { round, kind, setup, workers, fsync, strikes: strikesOf(kind, workers, chance) };
}

function strikesOf(kind: Kind, workers: number, chance: Chance): Strike[] {
  const everybody = Array.from({ length: workers }, (_, slot) => slot);
  const victim = chance('victim', workers);
  const other = (victim + 1 + chance('other', workers - 1)) % workers;
  const firstHalf = chance('moment', RECIPIENTS * 0.5);
  const secondHalf = RECIPIENTS * 0.5 + chance('second moment', RECIPIENTS * 0.45);
  const anywhere = accepted(chance('moment', RECIPIENTS * 0.95));
  const restart = chance('restart', 2) === 0 ? 'at once' : 'afterwards';
  const strike = (part: Partial<Strike>): Strike => ({
    moment: anywhere,
    jitterMs: chance(`jitter ${part.moment?.kind === 'accepted' ? part.moment.count : ''}`, 40),
    workers: [],
    planner: false,
    redis: false,
    restart: 'at once',
    ...part,
  });
  const planning = strike({
    moment: { kind: 'planning', shards: 4 + chance('shards', 56) },
    jitterMs: 0,
    planner: true,
  });
  switch (kind) {
    case 'a worker':
      return [strike({ workers: [victim], restart })];
    case 'all workers':
      return [strike({ workers: everybody })];
    case 'the planner':
      return [{ ...planning, restart }];
    case 'Redis (always)':
    case 'Redis (everysec)':
      return [strike({ redis: true })];
    case 'a worker twice':
      return [firstHalf, secondHalf].map((count) =>
        strike({ moment: accepted(count), workers: [victim] }),
      );
    case 'one worker, then another':
      return [
        strike({ moment: accepted(firstHalf), workers: [victim] }),
        strike({ moment: accepted(secondHalf), workers: [other], restart }),
      ];
    case 'a worker and Redis at once':
      return [strike({ workers: [victim], redis: true, restart })];
    case 'all workers and Redis at once':
      return [strike({ workers: everybody, redis: true })];
    case 'the planner, then Redis':
      return [planning, strike({ moment: accepted(200 + secondHalf * 0.8), redis: true })];
    case 'Redis twice (everysec)':
      return [firstHalf, secondHalf].map((count) =>
        strike({ moment: accepted(count), redis: true }),
      );
  }
}

function accepted(count: number): Moment {
  return { kind: 'accepted', count: Math.floor(count) };
}
