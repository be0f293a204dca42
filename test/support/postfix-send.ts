/** A send to a Postfix that is stopped and started under it, and what must be true afterwards. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAddress } from '../../src/audience/address.js';
import { loadConfig } from '../../src/config/load.js';
import { createLogger } from '../../src/log.js';
import { openSystem } from '../../src/system.js';
import type { DeliveredMail, Postfix } from './postfix.js';
import { makePublication, SECRET, subscribersCsv, type TestPublication } from './publication.js';

export interface StoppedSend {
  messages: number;
  /** How often Postfix is stopped, at even steps of the send; half of them with SIGKILL. */
  stops: number;
}

export interface StoppedSendResult {
  /** The ledger of the finished send. */
  ledger: Record<string, number>;
  /** Stops that came while the send was under way. */
  stops: number;
  /** Whose mail never reached the Maildir. */
  missing: string[];
  /** Whom the ledger calls uncertain. */
  uncertain: string[];
  /** Who was accepted by Postfix more than once. */
  twice: string[];
}

const ISSUE = `---
number: 101
title: Small things that last
date: 2026-03-04
---
Dear {{default subscriber.name "reader"}}, number {{subscriber.n}}.

## Highlights

[The first piece](https://example.org/first) (summarized by Ines): What it says.
`;

/** A publication whose relay is that Postfix, with issue 101 and `messages` subscribers. */
export async function publicationFor(
  postfix: Postfix,
  messages: number,
  yaml = '',
): Promise<TestPublication> {
  const publication = await makePublication({ smtpUrl: postfix.url, yaml });
  await publication.write('issues/101.md', ISSUE);
  await publication.write('readers.csv', subscribersCsv(messages));
  const file = `${publication.dir}/readers.csv`;
  const imported = await publication.run('subscribers', 'import', file, '--json');
  assert.equal(imported.json().imported, messages, imported.stderr);
  return publication;
}

export async function sendWhileStopping(
  postfix: Postfix,
  { messages, stops }: StoppedSend,
): Promise<StoppedSendResult> {
  const publication = await publicationFor(postfix, messages);
  try {
    const send = publication.start('send', '101', '--yes', '--wait', '--json', '--loopback');
    let ended = false;
    void send.done.then(() => {
      ended = true;
    });
    let stopped = 0;
    for (; stopped < stops; stopped += 1) {
      const next = Math.floor(((stopped + 0.5) * messages) / stops);
      while (!ended && (await postfix.count()) < next) await sleep(50);
      if (ended) break;
      await postfix.stop(stopped % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await sleep(200);
      await postfix.start();
    }
    const { code, stderr, json } = await send.done;
    assert.ok(code === 0 || code === 3, stderr);
    const uncertain = await uncertainOf(publication.dir, postfix.url, messages);
    return {
      ledger: json().ledger,
      stops: stopped,
      uncertain,
      ...judge(await postfix.delivered(), messages),
    };
  } finally {
    await publication.remove();
  }
}

function judge(
  delivered: readonly DeliveredMail[],
  messages: number,
): Pick<StoppedSendResult, 'missing' | 'twice'> {
  const acceptances = new Map<string, Set<string>>();
  for (const { to, queueId } of delivered) {
    acceptances.set(to, (acceptances.get(to) ?? new Set()).add(queueId));
  }
  return {
    missing: addresses(messages).filter((address) => !acceptances.has(address)),
    twice: [...acceptances].filter(([, ids]) => ids.size > 1).map(([to]) => to),
  };
}

function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `reader${n}@example.org`);
}

async function uncertainOf(dir: string, smtpUrl: string, messages: number): Promise<string[]> {
  const config = await loadConfig(dir, {
    ...process.env,
    PRESSRUN_SMTP_URL: smtpUrl,
    PRESSRUN_SECRET: SECRET,
  });
  const system = await openSystem(config, createLogger({ pretty: false, level: 'silent' }));
  try {
    const states = await Promise.all(
      addresses(messages).map(async (address) => {
        const parsed = parseAddress(address);
        assert.ok(parsed.ok);
        return [
          address,
          (await system.tally.story(101, system.audience.idOf(parsed.address)))?.state,
        ];
      }),
    );
    return states.flatMap(([address, state]) => (state === 'uncertain' ? [String(address)] : []));
  } finally {
    await system.close();
  }
}
