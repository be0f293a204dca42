import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, ENVELOPE, message, textOf } from './conversations.js';

test('an accepted message arrives byte for byte with its envelope', async (t) => {
  const { sink, transport } = await connect(t);
  const chunks = message('one', 'First line.\r\n\r\nLast line, =C3=A9.\r\n');

  const outcome = await transport.send(ENVELOPE, chunks);

  assert.deepEqual(outcome, {
    kind: 'accepted',
    reply: { code: 250, enhancedCode: '2.0.0', text: 'queued' },
  });
  const [received] = sink.messages;
  assert.equal(received?.raw?.toString('latin1'), textOf(chunks));
  assert.deepEqual(received?.to, [ENVELOPE.to]);
  assert.equal(received?.from, ENVELOPE.from);
});

test('a message that does not end with a line end gets one', async (t) => {
  const { sink, transport } = await connect(t);
  await transport.send(ENVELOPE, message('open', 'No end'));
  assert.equal(sink.messages[0]?.raw?.toString(), `${textOf(message('open', 'No end'))}\r\n`);
});

test('a line end split between two segments is one', async (t) => {
  const { sink, transport } = await connect(t);
  const chunks = [...message('split', 'End\r'), Buffer.alloc(0), Buffer.from('\n')];
  await transport.send(ENVELOPE, chunks);
  assert.equal(sink.messages[0]?.raw?.toString(), textOf(chunks));
});

test('without PIPELINING nothing is sent ahead of a reply', async (t) => {
  const { sink, transport } = await connect(t, { pipelining: false });
  for (const id of ['one', 'two']) {
    assert.equal((await transport.send(ENVELOPE, message(id))).kind, 'accepted');
  }
  assert.equal(sink.violations, 0);
});

test('pipelining=off in the URL keeps to single steps although the server offers more', async (t) => {
  const { sink, transport } = await connect(
    t,
    { reply: ({ stage }) => (stage === 'mail' ? '550 5.7.1 not from you' : undefined) },
    { query: '/?pipelining=off' },
  );
  await transport.send(ENVELOPE, message('one'));
  assert.deepEqual(
    sink.commands.map((line) => line.split(' ')[1]),
    ['EHLO', 'MAIL'],
  );
});

test('a message larger than the server takes is refused here, and nothing is sent', async (t) => {
  const { sink, transport } = await connect(t, { size: 100 });
  const outcome = await transport.send(ENVELOPE, message('large', 'x'.repeat(200)));
  assert.equal(outcome.kind, 'refused');
  assert.ok(outcome.kind === 'refused' && outcome.stage === 'mail');
  assert.equal(outcome.reply.enhancedCode, '5.3.4');
  assert.match(outcome.reply.text, /takes 100/);
  assert.ok(!sink.commands.some((line) => line.includes('MAIL')));
});

test('the declared size is that of the message', async (t) => {
  const { sink, transport } = await connect(t, { size: 0 });
  const chunks = message('sized');
  await transport.send(ENVELOPE, chunks);
  const bytes = textOf(chunks).length;
  assert.ok(
    sink.commands.some((line) => line.endsWith(`MAIL FROM:<${ENVELOPE.from}> SIZE=${bytes}`)),
  );
});

test('an address that could carry a command is refused before it reaches the wire', async (t) => {
  const { sink, transport } = await connect(t);
  for (const to of ['a@b.example>\r\nRCPT TO:<evil@x.example', 'no address', 'a b@c.example']) {
    const outcome = await transport.send({ ...ENVELOPE, to }, message('bad'));
    assert.ok(outcome.kind === 'refused' && outcome.reply.enhancedCode === '5.1.3', to);
  }
  assert.deepEqual(sink.commands, []);
});

test('a local part outside ASCII is refused as what the relay cannot carry', async (t) => {
  const { transport } = await connect(t);
  const outcome = await transport.send({ ...ENVELOPE, to: 'jürgen@example.org' }, message('idn'));
  assert.ok(outcome.kind === 'refused' && outcome.reply.enhancedCode === '5.6.7');
});

test('a message whose time has passed is not begun', async (t) => {
  const { sink, transport } = await connect(t, {
    reply: ({ stage, to }) =>
      stage === 'data' && to === 'slow@example.org' ? { afterMs: 60 } : undefined,
  });
  const late = await transport.send(ENVELOPE, message('late'), { startBefore: Date.now() - 1 });
  assert.equal(late.kind, 'unsent');
  const slow = { ...ENVELOPE, to: 'slow@example.org' };
  const during = await transport.send(slow, message('during'), { startBefore: Date.now() + 40 });
  assert.equal(during.kind, 'unsent');
  assert.equal((await transport.send(ENVELOPE, message('next'))).kind, 'accepted');
  assert.deepEqual(
    sink.messages.map((one) => one.messageId),
    ['<next@envelope.example>'],
  );
});

test('TLS carries a message like the clear does', async (t) => {
  const { sink, transport } = await connect(t, { secure: true }, { connections: 2 });
  const body = `${'The same line, many times over.\r\n'.repeat(5000)}`;
  const sent = ['one', 'two', 'three'].map((id) => transport.send(ENVELOPE, message(id, body)));
  for (const outcome of await Promise.all(sent)) assert.equal(outcome.kind, 'accepted');
  assert.equal(sink.connections.ever, 2);
  for (const { raw } of sink.messages) assert.ok(raw?.toString('latin1').endsWith(body));
});
