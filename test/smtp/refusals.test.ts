/** Definite answers: each refusal at its stage, and the connection good for the next message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SinkStage } from '../support/smtp-sink.js';
import { connect, ENVELOPE, message } from './conversations.js';

/** Refuses one recipient at one stage; everyone else is served. */
function refuseAt(stage: SinkStage, reply: string) {
  return (event: { stage: SinkStage; from: string; to: string | undefined }) => {
    const refused = stage === 'mail' ? event.from === 'bad@envelope.example' : event.to === BAD.to;
    return event.stage === stage && refused ? reply : undefined;
  };
}

const BAD = { from: 'bad@envelope.example', to: 'bad@example.org' };

for (const pipelining of [true, false]) {
  const way = pipelining ? 'pipelined' : 'step by step';
  for (const stage of ['mail', 'rcpt', 'data', 'message'] as const) {
    for (const [reply, code, enhancedCode] of [
      ['550-5.7.1 No,\r\n550 5.7.1 not this.', 550, '5.7.1'],
      ['451 4.3.0 Not now', 451, '4.3.0'],
    ] as const) {
      test(`${code} to ${stage} (${way}) is that refusal, and the next message goes out on the same connection`, async (t) => {
        const { sink, transport } = await connect(t, { pipelining, reply: refuseAt(stage, reply) });

        const outcome = await transport.send(BAD, message('refused'));
        const next = await transport.send(ENVELOPE, message('next'));

        assert.ok(outcome.kind === 'refused');
        assert.equal(outcome.stage, stage);
        assert.equal(outcome.reply.code, code);
        assert.equal(outcome.reply.enhancedCode, enhancedCode);
        assert.equal(next.kind, 'accepted');
        assert.deepEqual(
          sink.messages.map((one) => one.to),
          [[ENVELOPE.to]],
        );
        assert.equal(sink.connections.ever, 1);
        assert.equal(sink.violations, 0);
      });
    }
  }
}

test('a recipient refused while DATA is under way gets no message, even when the server says 354', async (t) => {
  const reply = refuseAt('rcpt', '550 5.1.1 unknown');
  const { sink, transport } = await connect(t, { eager: true, reply });
  const outcome = await transport.send(BAD, message('refused'));
  assert.ok(outcome.kind === 'refused' && outcome.stage === 'rcpt');
  assert.equal((await transport.send(ENVELOPE, message('next'))).kind, 'accepted');
  assert.deepEqual(
    sink.messages.map((one) => one.messageId),
    ['<next@envelope.example>'],
  );
  assert.equal(sink.connections.ever, 1);
});

test('a sender refused and DATA taken all the same ends the connection, not in a mail to nobody', async (t) => {
  const reply = refuseAt('mail', '550 5.7.1 not you');
  const { sink, transport } = await connect(t, { eager: true, reply });
  const outcome = await transport.send(BAD, message('refused'));
  assert.ok(outcome.kind === 'refused' && outcome.stage === 'mail');
  assert.equal((await transport.send(ENVELOPE, message('next'))).kind, 'accepted');
  assert.equal(sink.messages.length, 1);
  assert.equal(sink.connections.ever, 2);
});

test('a refused DATA leaves no transaction standing: RSET goes in front of the next', async (t) => {
  const { sink, transport } = await connect(t, { reply: refuseAt('rcpt', '550 5.1.1 unknown') });
  await transport.send(BAD, message('refused'));
  await transport.send(ENVELOPE, message('next'));
  const verbs = sink.commands.map((line) => line.split(' ')[1]);
  assert.deepEqual(verbs, ['EHLO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'MAIL', 'RCPT', 'DATA']);
});

for (const stage of ['rcpt', 'data', 'message'] as const) {
  test(`421 to ${stage} is a refusal, and a new connection serves the next message`, async (t) => {
    const { sink, transport } = await connect(t, { reply: refuseAt(stage, '421 4.3.2 closing') });
    const outcome = await transport.send(BAD, message('refused'));
    assert.ok(outcome.kind === 'refused' && outcome.stage === stage && outcome.reply.code === 421);
    assert.equal((await transport.send(ENVELOPE, message('next'))).kind, 'accepted');
    assert.equal(sink.connections.ever, 2);
  });
}

test('a relay that turns us away at the door is a refusal to connect', async (t) => {
  for (const greeting of ['421 4.3.2 Too busy', '554 5.7.1 Not you']) {
    const { transport } = await connect(t, { greeting });
    const outcome = await transport.send(ENVELOPE, message('one'));
    assert.ok(outcome.kind === 'refused' && outcome.stage === 'connect');
    assert.equal(outcome.reply.code, Number(greeting.slice(0, 3)));
    assert.equal(outcome.reply.enhancedCode, greeting.split(' ')[1]);
  }
});

test('421 to EHLO is a refusal to connect', async (t) => {
  const reply = ({ stage }: { stage: SinkStage }) =>
    stage === 'ehlo' ? '421 4.3.2 No' : undefined;
  const { transport } = await connect(t, { reply });
  const outcome = await transport.send(ENVELOPE, message('one'));
  assert.ok(outcome.kind === 'refused' && outcome.stage === 'connect');
});
