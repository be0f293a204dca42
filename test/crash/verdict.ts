/** What must be true at the end of a round. Pure: evidence in, faults out. */
import { isDeepStrictEqual } from 'node:util';
import type { Counts } from '../../src/delivery/tally.js';
import { type Ledger, RECIPIENT_STATE } from '../../src/delivery/types.js';
import { addressesIn, type States } from './ledger-bytes.js';
import type { Accepted } from './relay.js';
import type { StrikeRecord } from './strike.js';

/** The document of `send --wait --json`, as far as it is looked at. */
export interface Told {
  state: string;
  ledger: Ledger;
}

export interface Evidence {
  /** Addresses of everybody in the audience. */
  audience: ReadonlySet<string>;
  strikes: readonly StrikeRecord[];
  /** What the relay accepted. */
  accepted: readonly Accepted[];
  /** State bytes at the end. */
  states: States;
  send: { code: number | null; told: Told };
  counters: Counts;
  recounted: Counts;
}

/** @returns what is wrong, in words; empty for a good round */
export function faultsOf(evidence: Evidence): string[] {
  return [
    ...nobodyTwice(evidence),
    ...nobodyMissing(evidence),
    ...doubtIsJustified(evidence),
    ...doubtIsNamed(evidence),
    ...ledgerBalances(evidence),
    ...endIsTold(evidence),
  ];
}

function nobodyTwice({ accepted }: Evidence): string[] {
  const times = new Map<string, Accepted[]>();
  for (const one of accepted) times.set(one.to, [...(times.get(one.to) ?? []), one]);
  return [...times.values()]
    .filter((messages) => messages.length > 1)
    .map((messages) => {
      const where = messages.map(({ at, port }) => `at ${at} on port ${port}`).join(', ');
      return `${messages[0]?.to} was mailed ${messages.length} times: ${where}`;
    });
}

function nobodyMissing({ audience, accepted, states }: Evidence): string[] {
  const mailed = new Set(accepted.map(({ to }) => to));
  const faults: string[] = [];
  for (const address of audience) {
    const state = states.get(address);
    if (state === undefined) faults.push(`${address} is not in the ledger`);
    else if (state === RECIPIENT_STATE.accepted && !mailed.has(address)) {
      faults.push(`${address} is accepted in the ledger, and the relay never had the message`);
    } else if (state !== RECIPIENT_STATE.accepted && state !== RECIPIENT_STATE.uncertain) {
      faults.push(`${address} ended as "${state}", though nothing was refused and nobody left`);
    }
  }
  for (const address of states.keys()) {
    if (!audience.has(address))
      faults.push(`${address} is in the ledger without being a subscriber`);
  }
  return faults;
}

/**
 * Uncertain is only who was claimed and unsettled at a kill. Whom a worker mailed, it told of unless
 * it died. (Redis alone leaves people in doubt when a claim's reply was lost with it and the batch
 * was taken over before the worker could ask again.)
 */
function doubtIsJustified({ strikes, accepted, states }: Evidence): string[] {
  const deadly = strikes.filter(({ workers }) => workers.length > 0);
  const claimed = new Set(strikes.flatMap((strike) => [...strike.claimed]));
  const uncertain = addressesIn(states, 'uncertain');
  const portOf = new Map(accepted.map(({ to, port }) => [to, port]));
  const dead = new Set(deadly.flatMap(({ workers }) => workers));
  const faults: string[] = [];
  for (const address of uncertain) {
    if (!claimed.has(address)) faults.push(`${address} is uncertain, and was claimed at no kill`);
    const port = portOf.get(address);
    if (port !== undefined && !dead.has(port)) {
      faults.push(`${address} is uncertain, and worker ${port}, which mailed it, never died`);
    }
  }
  if (uncertain.size > claimed.size) {
    faults.push(`${uncertain.size} are uncertain, and ${claimed.size} were in flight`);
  }
  return faults;
}

/** Whom a worker took with it is in doubt: nobody who died can have told what became of them. */
function doubtIsNamed({ strikes, states }: Evidence): string[] {
  return strikes.flatMap(({ workers, claimed, inHand }) =>
    inHand
      .filter(({ port, to }) => workers.includes(port) && claimed.has(to))
      .filter(({ to }) => states.get(to) !== RECIPIENT_STATE.uncertain)
      .map(({ to, port }) => `${to} died with worker ${port}, and is "${states.get(to)}"`),
  );
}

function ledgerBalances({ audience, states, counters, recounted }: Evidence): string[] {
  const { planned, ...parts } = counters.ledger;
  const sum = Object.values(parts).reduce((total, count) => total + count, 0);
  const faults: string[] = [];
  if (!isDeepStrictEqual(counters, recounted)) {
    const both = `${JSON.stringify(counters)}, recounted ${JSON.stringify(recounted)}`;
    faults.push(`the counters disagree with the states: ${both}`);
  }
  if (planned !== sum) faults.push(`the ledger does not balance: planned ${planned}, sum ${sum}`);
  if (planned !== audience.size) faults.push(`planned are ${planned} of ${audience.size}`);
  if (counters.inFlight !== 0) faults.push(`${counters.inFlight} are in flight after the end`);
  for (const state of ['accepted', 'uncertain'] as const) {
    const counted = addressesIn(states, state).size;
    if (counters.ledger[state] !== counted) {
      faults.push(
        `${counted} are ${state} by their bytes, ${counters.ledger[state]} by the counters`,
      );
    }
  }
  return faults;
}

function endIsTold({ send: { code, told } }: Evidence): string[] {
  const { rejected, uncertain, remaining, deferred } = told.ledger;
  const expected = rejected + uncertain === 0 ? 0 : 3;
  const faults: string[] = [];
  if (told.state !== 'finished') faults.push(`the send ended as ${told.state}`);
  if (code !== expected) faults.push(`send ended with exit code ${code}, not ${expected}`);
  if (remaining !== 0 || deferred !== 0) {
    faults.push(`finished with ${remaining} remaining and ${deferred} deferred`);
  }
  return faults;
}
