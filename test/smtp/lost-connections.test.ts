/** What is known when the line goes dead: `unsent` before the final dot has left, else `uncertain`. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import {
  type Answer,
  CUT,
  type Delayed,
  HANG,
  type SinkStage,
  startSink,
} from '../support/smtp-sink.js';
import { connect, ENVELOPE, message, transportTo } from './conversations.js';

/** More than the kernel's buffers of both ends hold: its end cannot leave unread. */
const HUGE = 'A line of text that fills the buffers of both ends.\r\n'.repeat(400_000);

function at(stage: SinkStage, answer: Answer | Delayed) {
  return (event: { stage: SinkStage }) => (event.stage === stage ? answer : undefined);
}

for (const pipelining of [true, false]) {
  const way = pipelining ? 'pipelined' : 'step by step';
  for (const stage of ['mail', 'rcpt', 'data'] as const) {
    test(`a line cut at ${stage} (${way}) leaves the message unsent`, async (t) => {
      const { transport } = await connect(t, { pipelining, reply: at(stage, CUT) });
      const outcome = await transport.send(ENVELOPE, message('one'));
      assert.equal(outcome.kind, 'unsent');
    });
    test(`silence at ${stage} (${way}) leaves the message unsent, and says at what`, async (t) => {
      const timeouts = { command: 60, data: 60 };
      const { transport } = await connect(t, { pipelining, reply: at(stage, HANG) }, { timeouts });
      const outcome = await transport.send(ENVELOPE, message('one'));
      assert.ok(outcome.kind === 'unsent');
      assert.match(outcome.error, new RegExp(`timeout: no reply to ${stage}`));
    });
  }
}

for (const secure of [false, true]) {
  const over = secure ? ' under TLS' : '';
  test(`a line cut in the middle of the message${over} leaves it unsent`, async (t) => {
    const { sink, transport } = await connect(t, { secure, reply: at('body', CUT) });
    const outcome = await transport.send(ENVELOPE, message('one', HUGE));
    assert.equal(outcome.kind, 'unsent');
    assert.equal(sink.messages.length, 0);
  });

  test(`a server that stops reading the message${over} leaves it unsent`, async (t) => {
    const script = { secure, reply: at('body', HANG) };
    const { transport } = await connect(t, script, { timeouts: { block: 200 } });
    const outcome = await transport.send(ENVELOPE, message('one', HUGE));
    assert.ok(outcome.kind === 'unsent', outcome.kind);
    assert.match(outcome.error, /timeout/);
  });

  test(`a line cut after the final dot${over} leaves the message uncertain`, async (t) => {
    const { transport } = await connect(t, { secure, reply: at('message', CUT) });
    assert.equal((await transport.send(ENVELOPE, message('one'))).kind, 'uncertain');
  });
}

test('silence after the final dot leaves the message uncertain', async (t) => {
  const script = { reply: at('message', HANG) };
  const { transport } = await connect(t, script, { timeouts: { message: 60 } });
  const outcome = await transport.send(ENVELOPE, message('one'));
  assert.ok(outcome.kind === 'uncertain');
  assert.match(outcome.error, /timeout: no reply to message/);
});

test('a reply that is no SMTP after the final dot leaves the message uncertain', async (t) => {
  const { transport } = await connect(t, { reply: at('message', 'HTTP/1.1 200 OK') });
  assert.equal((await transport.send(ENVELOPE, message('one'))).kind, 'uncertain');
});

test('a connection the server dropped while it rested is replaced, and nobody is troubled', async (t) => {
  const { sink, transport } = await connect(t, {}, { idleMs: 60_000 });
  await transport.send(ENVELOPE, message('one'));
  sink.cutAll();
  assert.equal((await transport.send(ENVELOPE, message('two'))).kind, 'accepted');
  assert.equal(sink.connections.ever, 2);
});

test('421 to MAIL on a used connection is tried once more on a fresh one', async (t) => {
  const { sink, transport } = await connect(t, {
    reply: ({ stage, connection }) =>
      stage === 'mail' && connection === 1 && sink.messages.length === 1
        ? '421 4.7.0 enough'
        : undefined,
  });
  await transport.send(ENVELOPE, message('one'));
  assert.equal((await transport.send(ENVELOPE, message('two'))).kind, 'accepted');
  assert.equal(sink.connections.ever, 2);
});

test('what may have arrived is never tried again', async (t) => {
  let cut = false;
  const { sink, transport } = await connect(t, {
    reply: ({ stage }) => (stage === 'message' && cut ? CUT : undefined),
  });
  await transport.send(ENVELOPE, message('one'));
  cut = true;
  assert.equal((await transport.send(ENVELOPE, message('two'))).kind, 'uncertain');
  assert.equal(sink.connections.ever, 1);
});

test('a relay that is not there is named with its port and the reason', async (t) => {
  const sink = await startSink();
  await sink.stop();
  const outcome = await transportTo(t, sink.url).send(ENVELOPE, message('one'));
  assert.ok(outcome.kind === 'unsent');
  assert.match(outcome.error, new RegExp(`127\\.0\\.0\\.1:${sink.port}.*ECONNREFUSED`));
});

test('a relay whose name nobody knows is named too', async (t) => {
  const outcome = await transportTo(t, 'smtp://relay.invalid:2525').send(ENVELOPE, message('one'));
  assert.ok(outcome.kind === 'unsent');
  assert.match(outcome.error, /^relay\.invalid:2525: .*(ENOTFOUND|EAI_AGAIN|EDNS)/);
});

for (const stage of ['connect', 'ehlo'] as const) {
  test(`a relay that is silent at ${stage} is given up after the time for connecting`, async (t) => {
    const { transport } = await connect(
      t,
      { reply: at(stage, HANG) },
      { timeouts: { connect: 80 } },
    );
    const outcome = await transport.send(ENVELOPE, message('one'));
    assert.ok(outcome.kind === 'unsent');
    assert.match(outcome.error, /127\.0\.0\.1:\d+: .*(timeout|never received)/i);
  });
}

test('a server that speaks another protocol is told apart', async (t) => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const outcome = await transportTo(t, `smtp://127.0.0.1:${port}`).send(ENVELOPE, message('one'));
  assert.ok(outcome.kind === 'unsent');
  assert.match(outcome.error, /does not speak SMTP/);
});
