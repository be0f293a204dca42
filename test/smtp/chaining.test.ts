/**
 * The next envelope follows a message's final dot without waiting for the reply: one round trip a
 * message, and whatever goes wrong with one of the two is known of that one alone.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction, Transport } from '../../src/smtp/types.js';
import { fc } from '../support/fast-check.js';
import {
  type Answer,
  CUT,
  type Delayed,
  HANG,
  type Sink,
  type SinkEvent,
  type SinkStage,
} from '../support/smtp-sink.js';
import { connect, ENVELOPE, message } from './conversations.js';

const to = (name: string): string => `${name}@example.org`;

/** Hands all over at once: over one connection each is chained to the one before. */
function sendAll(transport: Transport, ...names: string[]): Promise<Transaction[]> {
  const send = (name: string) => transport.send({ ...ENVELOPE, to: to(name) }, message(name));
  return Promise.all(names.map(send));
}

/**
 * The answer to one person's message at one stage, on the first connection only; the sink answers
 * `first` only once something was chained behind it.
 */
function answer(stage: SinkStage, name: string, said: Answer | Delayed) {
  return (event: SinkEvent): Answer | Delayed | undefined => {
    if (event.connection !== 1) return undefined;
    if (event.stage === stage && event.to === to(name)) return said;
    const isFirst = event.stage === 'message' && event.to === to('first');
    return isFirst ? { afterMs: 'more' } : undefined;
  };
}

const received = (sink: Sink): (string | undefined)[] => sink.messages.map((one) => one.to[0]);
const kinds = (outcomes: Transaction[]): string[] => outcomes.map(({ kind }) => kind);

for (const secure of [false, true]) {
  test(`a server that answers a message only after the next envelope is served${secure ? ' under TLS' : ''}`, async (t) => {
    let last = false;
    const { sink, transport } = await connect(t, {
      secure,
      reply: ({ stage, to: whom }) => {
        last ||= whom === to('r19');
        return stage === 'message' && !last ? { afterMs: 'more' } : undefined;
      },
    });
    const names = Array.from({ length: 20 }, (_, at) => `r${at}`);
    const outcomes = await sendAll(transport, ...names);
    assert.deepEqual([...new Set(kinds(outcomes))], ['accepted']);
    assert.deepEqual(received(sink), names.map(to));
    assert.equal(sink.connections.ever, 1);
  });
}

test('a message that comes while a reply is awaited is chained too', async (t) => {
  const { sink, transport } = await connect(t, {
    reply: answer('message', 'first', { afterMs: 'more' }),
  });
  const first = sendAll(transport, 'first');
  while (!sink.commands.some((line) => line.endsWith('DATA'))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(kinds([...(await sendAll(transport, 'second')), ...(await first)]), [
    'accepted',
    'accepted',
  ]);
});

test('nothing is chained where the server does not offer PIPELINING, or the URL forbids it', async (t) => {
  for (const [pipelining, query] of [
    [false, ''],
    [true, '/?pipelining=off'],
  ] as const) {
    const { sink, transport } = await connect(t, { pipelining }, { query });
    const outcomes = await sendAll(transport, 'first', 'second', 'third');
    assert.deepEqual([...new Set(kinds(outcomes))], ['accepted']);
    assert.equal(sink.violations, 0);
  }
  const { transport } = await connect(
    t,
    { reply: answer('message', 'first', { afterMs: 'more' }) },
    { query: '/?pipelining=off', timeouts: { message: 100 } },
  );
  assert.equal((await sendAll(transport, 'first', 'second'))[0]?.kind, 'uncertain');
});

test('a connection is not chained beyond its number of messages', async (t) => {
  const { sink, transport } = await connect(t, {}, { messagesPerConnection: 3 });
  await sendAll(transport, ...'abcdefgh');
  assert.deepEqual(
    sink.messages.map((one) => one.connection),
    [1, 1, 1, 2, 2, 2, 3, 3],
  );
});

for (const stage of ['mail', 'rcpt', 'data', 'message'] as const) {
  // The sink knows whom MAIL is for only after RCPT: the sender stands for the recipient there.
  const refuse = (event: SinkEvent, reply: Answer): Answer | undefined => {
    const isSecond =
      stage === 'mail' ? event.from === 'bad@example.org' : event.to === to('second');
    return event.stage === stage && isSecond ? reply : undefined;
  };
  for (const eager of [false, true]) {
    const server = eager ? 'a server that says 354 all the same' : 'a strict server';
    test(`a chained message refused at ${stage} by ${server} is that refusal, and its neighbours are accepted`, async (t) => {
      const { sink, transport } = await connect(t, {
        eager,
        reply: (event) =>
          refuse(event, '550 5.7.1 no') ?? answer('message', 'first', { afterMs: 'more' })(event),
      });
      const send = (name: string, from = ENVELOPE.from) =>
        transport.send({ from, to: to(name) }, message(name));
      const outcomes = await Promise.all([
        send('first'),
        send('second', 'bad@example.org'),
        send('third'),
        send('fourth'),
      ]);
      assert.deepEqual(kinds(outcomes), ['accepted', 'refused', 'accepted', 'accepted']);
      assert.ok(outcomes[1]?.kind === 'refused' && outcomes[1].stage === stage);
      assert.deepEqual(received(sink), ['first', 'third', 'fourth'].map(to));
      // 354 to a sender that was refused: whatever came next would go to nobody knows whom.
      assert.equal(sink.connections.ever, eager && stage === 'mail' ? 2 : 1);
    });
  }

  test(`a line cut at ${stage} of a chained message leaves the one before accepted`, async (t) => {
    const { sink, transport } = await connect(t, {
      reply: (event) => {
        if (event.connection > 1) return undefined;
        return refuse(event, CUT) ?? answer('message', 'first', { afterMs: 'more' })(event);
      },
    });
    const outcomes = await Promise.all([
      transport.send({ ...ENVELOPE, to: to('first') }, message('first')),
      transport.send({ from: 'bad@example.org', to: to('second') }, message('second')),
    ]);
    assert.equal(outcomes[0]?.kind, 'accepted');
    // Before its own text was written the server cannot have it: a new connection may carry it.
    assert.equal(outcomes[1]?.kind, stage === 'message' ? 'uncertain' : 'accepted');
    assert.equal(sink.messages.length, stage === 'message' ? 1 : 2);
  });
}

for (const [what, said, first] of [
  ['cut before', CUT, 'uncertain'],
  ['silent instead of', HANG, 'uncertain'],
  ['talking nonsense instead of', 'HTTP/1.1 200 OK', 'uncertain'],
  ['closed with 421 as', '421 4.3.2 closing', 'refused'],
] as const) {
  test(`a line ${what} the reply to the first: only the first is ${first}, what was chained goes out on another`, async (t) => {
    const reply = answer(
      'message',
      'first',
      said === HANG ? HANG : { afterMs: 'more', reply: said },
    );
    const { sink, transport } = await connect(t, { reply }, { timeouts: { message: 500 } });
    const outcomes = await sendAll(transport, 'first', 'second');
    assert.deepEqual(kinds(outcomes), [first, 'accepted']);
    assert.deepEqual(received(sink), [to('second')]);
    assert.equal(sink.connections.ever, 2);
  });
}

test('what was chained is unsent when there is no relay left to take it', async (t) => {
  const { sink, transport } = await connect(t, {
    reply: ({ stage, to: whom }) => {
      if (stage !== 'message' || whom !== to('first')) return undefined;
      void sink.stop();
      return { afterMs: 'more', reply: CUT };
    },
  });
  assert.deepEqual(kinds(await sendAll(transport, 'first', 'second')), ['uncertain', 'unsent']);
  assert.equal(sink.messages.length, 0);
});

test('a first message refused at its end opens no gap: the chained one needs no RSET', async (t) => {
  const reply = answer('message', 'first', { afterMs: 'more', reply: '554 5.7.1 spam' });
  const { sink, transport } = await connect(t, { reply });
  assert.deepEqual(kinds(await sendAll(transport, 'first', 'second')), ['refused', 'accepted']);
  assert.ok(!sink.commands.some((line) => line.endsWith('RSET')));
});

test('nothing is chained to a message that has not left', async (t) => {
  const huge = 'A line of text that fills the buffers of both ends.\r\n'.repeat(400_000);
  const { sink, transport } = await connect(t, {
    reply: ({ stage, connection }) => (stage === 'body' && connection === 1 ? CUT : undefined),
  });
  const outcomes = await Promise.all([
    transport.send(ENVELOPE, message('huge', huge)),
    transport.send(ENVELOPE, message('next')),
  ]);
  assert.deepEqual(kinds(outcomes), ['unsent', 'accepted']);
  const onFirst = sink.commands.filter((line) => line.startsWith('1: MAIL'));
  assert.equal(onFirst.length, 1);
});

test('a chained message whose time passes meanwhile is not begun', async (t) => {
  const reply = answer('message', 'first', { afterMs: 80 });
  const { sink, transport } = await connect(t, { reply });
  const outcomes = await Promise.all([
    transport.send({ ...ENVELOPE, to: to('first') }, message('first')),
    transport.send(ENVELOPE, message('late'), { startBefore: Date.now() + 40 }),
    transport.send(ENVELOPE, message('next')),
  ]);
  assert.deepEqual(kinds(outcomes), ['accepted', 'unsent', 'accepted']);
  assert.equal(sink.messages.length, 2);
});

test('a message too large to be chained leaves its place to the next', async (t) => {
  const { sink, transport } = await connect(t, {
    size: 300,
    reply: answer('message', 'first', { afterMs: 'more' }),
  });
  const outcomes = await Promise.all([
    transport.send({ ...ENVELOPE, to: to('first') }, message('first')),
    transport.send(ENVELOPE, message('large', 'x'.repeat(500))),
    transport.send(ENVELOPE, message('next')),
  ]);
  assert.deepEqual(kinds(outcomes), ['accepted', 'refused', 'accepted']);
  assert.equal(sink.connections.ever, 1);
});

test('whatever the server does, each outcome is the truth about its message', async (t) => {
  const STAGES = ['mail', 'rcpt', 'data', 'message'] as const;
  const misdeeds: (Answer | Delayed)[] = [
    '550 5.7.1 no',
    '451 4.3.0 later',
    '421 4.3.2 closing',
    'nonsense',
    CUT,
    { afterMs: 3 },
    { afterMs: 2, reply: CUT },
  ];
  const misdeed = fc.record({
    stage: fc.constantFrom(...STAGES),
    said: fc.constantFrom(...misdeeds),
  });
  const plans = fc.array(fc.option(misdeed, { freq: 3, nil: undefined }), {
    minLength: 2,
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(
      plans,
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (plan, connections, eager) => {
        const reply = ({ stage, from, to: whom }: SinkEvent) => {
          const name = stage === 'mail' ? from : (whom ?? '');
          const planned = plan[Number(/\d+/.exec(name)?.[0])];
          return planned?.stage === stage ? planned.said : undefined;
        };
        const { sink, transport } = await connect(t, { eager, reply }, { connections });
        const outcomes = await Promise.all(
          plan.map((_, at) =>
            transport.send({ from: `f${at}@example.org`, to: to(`r${at}`) }, message(`m${at}`)),
          ),
        );
        await transport.close(0);
        for (const [at, { kind }] of outcomes.entries()) {
          const copies = sink.messages.filter((one) => one.to[0] === to(`r${at}`)).length;
          assert.ok(copies <= 1, `r${at} got ${copies} copies`);
          if (kind === 'accepted') assert.equal(copies, 1);
          if (kind === 'refused' || kind === 'unsent') assert.equal(copies, 0, `r${at} is ${kind}`);
          // Nobody is in doubt for what happened to a neighbour.
          if (kind === 'uncertain') assert.equal(plan[at]?.stage, 'message');
          if (plan[at] === undefined) assert.equal(kind, 'accepted');
        }
      },
    ),
    { numRuns: 150 },
  );
});
