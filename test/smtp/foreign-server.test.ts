/** Against a server that is not ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { ENVELOPE, message, textOf, transportTo } from './conversations.js';

test('2,000 messages reach a foreign server under its own STARTTLS, each intact', async (t) => {
  const received = new Map<string, string>();
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? '';
        assert.ok(!received.has(to), `${to} got two`);
        received.set(to, textOf(chunks));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => server.close(resolve)));
  const address = server.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const transport = transportTo(t, `smtp://127.0.0.1:${port}`, { connections: 10 });

  const mails = Array.from({ length: 2_000 }, (_, at) => ({
    to: `reader${at}@example.org`,
    chunks: message(String(at), `Line =C3=A9 for ${at}.\r\n`.repeat(1 + (at % 90))),
  }));
  const outcomes = await Promise.all(
    mails.map(({ to, chunks }) => transport.send({ ...ENVELOPE, to }, chunks)),
  );
  await transport.close();

  assert.ok(outcomes.every((outcome) => outcome.kind === 'accepted'));
  assert.equal(received.size, mails.length);
  for (const { to, chunks } of mails) assert.equal(received.get(to), textOf(chunks));
});
