/**
 * A relay that misbehaves, at each stage of a transaction. What must become of the recipient, the
 * lane and the send is what docs/operations.md says: its two tables are read and held against what
 * happens.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import type { Timeouts } from '../../src/smtp/timeouts.js';
import { startBlackhole } from '../support/blackhole.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import {
  type Answer,
  CUT,
  HANG,
  type SinkEvent,
  type SinkOptions,
  type SinkStage,
  startSink,
} from '../support/smtp-sink.js';
import { type Bench, goOn, type Outcome, planReaders, runBatch, VICTIM } from './relay-bench.js';

const DOCS = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Rows of the table under a heading, cells without their back-ticks. */
function tableUnder(heading: string): string[][] {
  const lines = DOCS.slice(DOCS.indexOf(heading)).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(first).findIndex((line) => !line.startsWith('|'));
  const rows = lines.slice(first, first + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
  return [rows[0] ?? [], ...rows.slice(2)];
}

let server: TestRedis;
let redis: Redis;
before(async () => {
  server = await startTestRedis();
  redis = server.client();
});
after(() => server.stop());

/** Misbehaves as told until `well` is called. */
async function relay(script: NonNullable<SinkOptions['reply']>, more: SinkOptions = {}) {
  let ill = true;
  const sink = await startSink({ ...more, reply: (event) => (ill ? script(event) : undefined) });
  return Object.assign(sink, { well: () => (ill = false) });
}

/** Says it at this stage, to the victim; before there is one, to everybody. */
function at(stage: SinkStage, answer: Answer) {
  return (event: SinkEvent): Answer | undefined => {
    const early = ['connect', 'ehlo', 'starttls', 'mail'].includes(stage);
    return event.stage === stage && (early || event.to === VICTIM) ? answer : undefined;
  };
}

function nobodyTwice(messages: { to: string[] }[]): void {
  const mailed = messages.flatMap(({ to }) => to);
  assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
}

function inWords({ recipient, lane }: Outcome): string {
  return lane === 'goes on' ? recipient : `${recipient}; ${lane}`;
}

describe('a reply of the relay', () => {
  const [[, ...stages] = [], ...rows] = tableUnder('### What a reply does');
  assert.ok(rows.length >= 8 && stages.length === 6, 'the table is found');
  for (const [reply = '', ...outcomes] of rows) {
    for (const [column, stage] of stages.entries()) {
      it(`${reply} to ${stage}: ${outcomes[column]}`, async () => {
        await planReaders(redis);
        const sink = await relay(at(stage.toLowerCase() as SinkStage, reply));
        const outcome = await runBatch(redis, { url: sink.url });
        assert.equal(inWords(outcome), outcomes[column]);
        sink.well();
        await goOn(redis, sink.url);
        nobodyTwice(sink.messages);
        await sink.stop();
      });
    }
  }
});

interface Misdeed extends Omit<Bench, 'url'> {
  script?: NonNullable<SinkOptions['reply']>;
  sink?: SinkOptions;
}

const soon: Partial<Timeouts> = { connect: 1_500, command: 1_500, data: 1_500, message: 1_500 };
/** By the words of the table's first column. */
const MISDEEDS: Record<string, Misdeed> = {
  'silent at the door': { script: at('connect', HANG), timeouts: soon },
  'silent after EHLO': { script: at('ehlo', HANG), timeouts: soon },
  'hangs up at the door': { script: at('connect', CUT) },
  'hangs up in the middle of STARTTLS': {
    script: at('starttls', CUT),
    sink: { starttls: true },
  },
  'silent after MAIL': { script: at('mail', HANG), timeouts: soon },
  'hangs up after MAIL': { script: at('mail', CUT) },
  'silent after RCPT': { script: at('rcpt', HANG), timeouts: soon },
  'hangs up after RCPT': { script: at('rcpt', CUT) },
  'silent after DATA': { script: at('data', HANG), timeouts: soon },
  'hangs up after DATA': { script: at('data', CUT) },
  'hangs up in the middle of the message': { script: at('body', CUT), messageSize: 'huge' },
  'stops reading in the middle of the message': {
    script: at('body', HANG),
    messageSize: 'huge',
    timeouts: { block: 1_500 },
  },
  'hangs up after the final dot': { script: at('message', CUT) },
  'silent after the final dot': { script: at('message', HANG), timeouts: soon },
  'answers RCPT with nonsense': { script: at('rcpt', 'yes, of course') },
  'answers the final dot with nonsense': { script: at('message', 'HTTP/1.1 200 OK') },
  'answers the final dot with 354': { script: at('message', '354 go on') },
  'refuses RCPT with 550 and takes DATA all the same': {
    script: at('rcpt', '550 5.1.1 no such user'),
    sink: { eager: true },
  },
  'hangs up after each message': {
    script: (event) => (event.stage === 'mail' && !first(event.connection) ? CUT : undefined),
  },
  'takes its time for every reply': {
    script: ({ to, stage }) => (to === VICTIM || stage === 'mail' ? { afterMs: 300 } : undefined),
  },
};

let seen = new Set<number>();
/** Whether this connection has carried nothing yet. */
function first(connection: number): boolean {
  const fresh = !seen.has(connection);
  seen.add(connection);
  return fresh;
}

const TABLE = new Map(
  tableUnder('### What else a relay does')
    .slice(1)
    .map(([misdeed = '', outcome = '']) => [misdeed, outcome]),
);

describe('a relay that', () => {
  for (const [misdeed, { script, sink: more, ...bench }] of Object.entries(MISDEEDS)) {
    it(`${misdeed}: ${TABLE.get(misdeed)}`, async () => {
      seen = new Set();
      await planReaders(redis);
      const sink = await relay(script ?? (() => undefined), more);
      const outcome = await runBatch(redis, { url: sink.url, ...bench });
      assert.equal(inWords(outcome), TABLE.get(misdeed));
      sink.well();
      await goOn(redis, sink.url);
      nobodyTwice(sink.messages);
      await sink.stop();
    });
  }

  it(`refuses connections: ${TABLE.get('refuses connections')}`, async () => {
    await planReaders(redis);
    const gone = await startSink();
    await gone.stop();
    const outcome = await runBatch(redis, { url: gone.url });
    assert.equal(inWords(outcome), TABLE.get('refuses connections'));
    const back = await startSink({ port: gone.port });
    await goOn(redis, back.url);
    await back.stop();
  });

  const STRANGERS: Record<string, (socket: Socket) => void> = {
    'speaks another protocol': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'speaks nonsense instead of TLS': (socket) => {
      socket.write('220 relay.test\r\n');
      let step = 0;
      const says = ['250-relay.test\r\n250 STARTTLS\r\n', '220 go ahead\r\n', 'no TLS\r\n'];
      socket.on('data', () => socket.write(says[step++] ?? ''));
    },
  };
  for (const [stranger, speak] of Object.entries(STRANGERS)) {
    it(`${stranger}: ${TABLE.get(stranger)}`, async () => {
      await planReaders(redis);
      const server = createServer((socket) => speak(socket.on('error', () => {})));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      assert.ok(address !== null && typeof address === 'object');
      const url = `smtp://127.0.0.1:${address.port}`;
      assert.equal(inWords(await runBatch(redis, { url, timeouts: soon })), TABLE.get(stranger));
      server.close();
      const sink = await startSink();
      await goOn(redis, sink.url);
      await sink.stop();
    });
  }
});

describe('a network that', () => {
  interface Loss {
    /** Bytes of the message's transaction that still pass to the server. */
    toServer?: number;
    toClient?: number;
    /** From the first byte of the connection, not from the victim's message on. */
    atOnce?: boolean;
    messageSize?: 'huge';
  }
  const LOSSES: Record<string, Loss> = {
    'swallows everything from the start': { toServer: 0, toClient: 0, atOnce: true },
    'swallows a message in the middle': { toServer: 200_000, messageSize: 'huge' },
    'swallows the reply to the final dot': { toClient: 0 },
  };
  for (const [loss, { toServer, toClient, atOnce, messageSize }] of Object.entries(LOSSES)) {
    it(`${loss}: ${TABLE.get(loss)}`, async () => {
      await planReaders(redis);
      const lose = (): void => {
        if (toServer !== undefined) hole.passToServer = toServer;
        if (toClient !== undefined) hole.passToClient = toClient;
      };
      const script = ({ stage, to }: SinkEvent): undefined => {
        const moment = messageSize === 'huge' ? 'data' : 'message';
        if (stage === moment && to === VICTIM) lose();
      };
      const sink = await startSink({ reply: script });
      const hole = await startBlackhole(sink.port);
      if (atOnce) lose();
      const outcome = await runBatch(redis, {
        url: hole.url,
        timeouts: { ...soon, block: 1_500 },
        ...(messageSize && { messageSize }),
      });
      assert.equal(inWords(outcome), TABLE.get(loss));
      await hole.stop();
      await goOn(redis, sink.url);
      const mailed = sink.messages.flatMap(({ to }) => to);
      assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
      await sink.stop();
    });
  }

  it('all of the table is tried', () => {
    const tried = [...Object.keys(MISDEEDS), ...Object.keys(LOSSES)];
    tried.push('refuses connections', 'speaks another protocol', 'speaks nonsense instead of TLS');
    assert.deepEqual([...TABLE.keys()].sort(), tried.sort());
  });
});
