import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CUT, HANG, startSink } from '../support/smtp-sink.js';
import { connect, ENVELOPE, message, textOf, transportTo } from './conversations.js';

test('2,000 messages over 10 connections arrive once each, byte for byte, in at most 10 at a time', async (t) => {
  const { sink, transport } = await connect(t, {}, { connections: 10, messagesPerConnection: 75 });
  const shared = Buffer.from('Subject: The same for all\r\n\r\nThe body =\r\n'.repeat(50));
  const mails = Array.from({ length: 2_000 }, (_, at) => {
    const own = Buffer.from(`Message-ID: <${at}@envelope.example>\r\n`);
    return { to: `reader${at}@example.org`, chunks: [own, shared, Buffer.from(`${at}\r\n`)] };
  });

  const outcomes = await Promise.all(
    mails.map(({ to, chunks }) => transport.send({ ...ENVELOPE, to }, chunks)),
  );

  assert.ok(outcomes.every((outcome) => outcome.kind === 'accepted'));
  const received = new Map(sink.messages.map((one) => [one.to[0], one.raw?.toString('latin1')]));
  assert.equal(sink.messages.length, mails.length);
  for (const { to, chunks } of mails) assert.equal(received.get(to), textOf(chunks));
  assert.ok(sink.connections.peak <= 10, `${sink.connections.peak} connections at a time`);
});

test('a connection is re-made after its number of messages, with a polite QUIT', async (t) => {
  const { sink, transport } = await connect(t, {}, { messagesPerConnection: 3 });
  for (let at = 0; at < 7; at += 1) await transport.send(ENVELOPE, message(`m${at}`));
  assert.equal(sink.connections.ever, 3);
  assert.deepEqual(
    sink.messages.map((one) => one.connection),
    [1, 1, 1, 2, 2, 2, 3],
  );
  assert.ok(sink.commands.includes('1: QUIT') && sink.commands.includes('2: QUIT'));
  assert.equal(sink.connections.peak, 1);
});

test('messages wait their turn in the order they came', async (t) => {
  const { sink, transport } = await connect(t);
  const ids = ['one', 'two', 'three', 'four', 'five'];
  await Promise.all(ids.map((id) => transport.send(ENVELOPE, message(id))));
  assert.deepEqual(
    sink.messages.map((one) => one.messageId),
    ids.map((id) => `<${id}@envelope.example>`),
  );
});

test('an idle connection says QUIT and goes', async (t) => {
  const { sink, transport } = await connect(t, {}, { idleMs: 20 });
  await transport.send(ENVELOPE, message('one'));
  while (sink.connections.now > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(sink.commands.includes('1: QUIT'));
});

test('broken connections are replaced and everyone is served', async (t) => {
  let cuts = 0;
  const { sink, transport } = await connect(
    t,
    {
      reply: ({ stage, to }) => {
        if (stage !== 'data' || !to?.endsWith('7@example.org')) return undefined;
        cuts += 1;
        return CUT;
      },
    },
    { connections: 3 },
  );
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      transport.send({ ...ENVELOPE, to: `r${at}@example.org` }, message(`m${at}`)),
    ),
  );
  const unsent = outcomes.flatMap((outcome, at) => (outcome.kind === 'unsent' ? [at] : []));
  assert.deepEqual(unsent, [7, 17, 27, 37, 47, 57]);
  assert.equal(sink.messages.length, 54);
  assert.ok(sink.connections.peak <= 3);
  assert.ok(cuts >= 6);
});

test('a relay that comes back is used again', async (t) => {
  const gone = await startSink();
  await gone.stop();
  const transport = transportTo(t, gone.url);
  assert.equal((await transport.send(ENVELOPE, message('one'))).kind, 'unsent');
  const back = await startSink({ port: gone.port });
  t.after(() => back.stop());
  assert.equal((await transport.send(ENVELOPE, message('two'))).kind, 'accepted');
});

for (const pipelining of [true, false]) {
  const behind = pipelining ? 'also in the pipeline' : 'for a connection';
  test(`close lets messages in flight end, and turns away those that wait (${behind}) and those that come`, async (t) => {
    const { sink, transport } = await connect(t, {
      pipelining,
      reply: ({ stage }) => (stage === 'message' ? { afterMs: 80 } : undefined),
    });
    const sent = ['one', 'two', 'three'].map((id) => transport.send(ENVELOPE, message(id)));
    while (!sink.commands.some((line) => line.endsWith('DATA'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    await transport.close();
    const kinds = (await Promise.all(sent)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['accepted', 'unsent', 'unsent']);
    assert.equal(sink.messages.length, 1);
    assert.equal((await transport.send(ENVELOPE, message('four'))).kind, 'unsent');
    // Where the server waits for the text of a message nobody is to get, only hanging up ends it.
    assert.equal(sink.commands.includes('1: QUIT'), !pipelining);
  });
}

test('close does not wait longer than it was told: what was handed over is uncertain', async (t) => {
  const { sink, transport } = await connect(t, {
    reply: ({ stage }) => (stage === 'message' ? HANG : undefined),
  });
  const outcome = transport.send(ENVELOPE, message('one'));
  while (!sink.commands.some((line) => line.endsWith('DATA'))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await transport.close(50);
  assert.equal((await outcome).kind, 'uncertain');
});

test('a second, immediate close cuts the first one short', async (t) => {
  const { transport } = await connect(t, {
    reply: ({ stage }) => (stage === 'rcpt' ? HANG : undefined),
  });
  const outcome = transport.send(ENVELOPE, message('one'));
  const patient = transport.close(60_000);
  await transport.close(0);
  await patient;
  assert.equal((await outcome).kind, 'unsent');
});

test('close while connecting ends the attempt, however patient it is with messages', async (t) => {
  const { transport } = await connect(t, {
    reply: ({ stage }) => (stage === 'connect' ? HANG : undefined),
  });
  const outcome = transport.send(ENVELOPE, message('one'));
  await transport.close(3_600_000);
  assert.equal((await outcome).kind, 'unsent');
});
