/** One round: a fresh send of 2,000, its strikes, and the verdict. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addressesIn, readStates, type States } from './ledger-bytes.js';
import type { RoundPlan, Strike } from './plan-round.js';
import type { Rig } from './rig.js';
import { type StrikeRecord, strikeAt } from './strike.js';
import { type Evidence, faultsOf, type Told } from './verdict.js';

export interface RoundResult {
  plan: RoundPlan;
  /** Those that fell before the send was over. */
  strikes: StrikeRecord[];
  uncertain: number;
  tookMs: number;
  faults: string[];
}

/** Far beyond any round on a busy machine: a send that hangs must not hang the rounds. */
const PATIENCE_MS = 180_000;
/** A worker that lost its batch may still bring late word of who was in doubt. */
const LATE_WORD_MS = 5_000;

const issueText = (number: number): string => `---
number: ${number}
title: Small things that last
date: 2026-03-04
---
Dear {{default subscriber.name "reader"}}.

## Highlights

[The first piece](https://example.org/first) *(Ada Author)* (summarized by Ines): What it says.
`;

/** @param issue a number that had no send in this rig */
export async function runRound(rig: Rig, plan: RoundPlan, issue: number): Promise<RoundResult> {
  await prepare(rig, plan, issue);
  const send = await rig.send(issue);
  const startedAt = Date.now();
  const strikes: StrikeRecord[] = [];
  const restarts: Promise<void>[] = [];
  for (const strike of plan.strikes) {
    const record = await strikeAt(rig, issue, strike, { startedAt, ended: send.done });
    if (record === undefined) break;
    strikes.push(record);
    if (strike.restart === 'at once') restarts.push(rig.startWorkers(record.workers));
  }
  const hung = Symbol('hung');
  const ended = await Promise.race([send.done, sleep(PATIENCE_MS, hung, { ref: false })]);
  const tookMs = Date.now() - startedAt;
  if (typeof ended === 'symbol') {
    send.child.kill('SIGKILL');
    const faults = [`the send did not end within ${PATIENCE_MS / 1000} s`];
    return { plan, strikes, uncertain: 0, tookMs, faults };
  }
  await Promise.all(restarts);
  if (!ended.stdout.includes('"ledger"')) {
    const said = `${ended.stdout}${ended.stderr}`;
    const faults = [`send ended with exit code ${ended.code} and said: ${said}`];
    return { plan, strikes, uncertain: 0, tookMs, faults };
  }
  const states = await finalStates(rig, issue, strikes);
  const evidence: Evidence = {
    audience: new Set(rig.addresses.values()),
    strikes,
    accepted: await rig.relay.count(),
    states,
    send: { code: ended.code, told: ended.json() as Told },
    counters: await rig.tally.counts(issue),
    recounted: await rig.tally.recount(issue),
  };
  const uncertain = addressesIn(states, 'uncertain').size;
  return { plan, strikes, uncertain, tookMs, faults: faultsOf(evidence) };
}

async function prepare(rig: Rig, plan: RoundPlan, issue: number): Promise<void> {
  const slots = Array.from({ length: plan.workers }, (_, slot) => slot);
  await rig.stopWorkers(rig.running().filter((slot) => !slots.includes(slot)));
  await rig.startWorkers(slots);
  await rig.redis.setFsync(plan.fsync);
  await rig.publication.write(`issues/${issue}.md`, issueText(issue));
  await rig.relay.begin();
}

async function finalStates(
  rig: Rig,
  issue: number,
  strikes: readonly StrikeRecord[],
): Promise<States> {
  const doubtful = new Set(
    strikes.flatMap(({ claimed, workers }) => (workers[0] === undefined ? [] : [...claimed])),
  );
  const until = Date.now() + LATE_WORD_MS;
  for (;;) {
    const states = await readStates(rig.redis.client, issue, rig.addresses);
    const settled = [...addressesIn(states, 'uncertain')].every((address) => doubtful.has(address));
    if (settled || Date.now() > until) return states;
    await sleep(100);
  }
}

/** Whether a kill met somebody in the hands of what it killed. */
export function metSomebody({ strikes }: RoundResult): boolean {
  return strikes.some(({ inHand }) => inHand.length > 0);
}

/** "worker 1 at 812 ms: 9 in hand, 41 claimed" */
export function describeStrike({ killed, atMs, inHand, claimed, ...rest }: StrikeRecord): string {
  const { acceptedBefore, sendState } = rest;
  return `${killed || 'nobody'} at ${atMs} ms (${sendState}, ${acceptedBefore} accepted): ${inHand.length} in hand, ${claimed.size} claimed`;
}

export function describePlan({ setup, strikes, workers, fsync }: RoundPlan): string {
  const moments = strikes.map(({ moment }: Strike) =>
    moment.kind === 'accepted' ? `${moment.count} accepted` : `${moment.shards} shards planned`,
  );
  return `${setup}, ${workers} workers, fsync ${fsync}, at ${moments.join(' and at ')}`;
}
