/** A conversation with an SMTP server, line by line, for what no mail program would say. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface Dialogue {
  /** Says a line, if any, and returns the last line of the reply to it. */
  say(line: string): Promise<string>;
  /** Says something that nobody answers. */
  write(text: string): void;
  /** The next reply; '' when the other side has hung up. */
  hear(): Promise<string>;
  /** Resolves when the other side has hung up. */
  ended: Promise<unknown>;
  hangUp(): void;
}

/** @returns after the greeting and EHLO, unless it was refused */
export async function dialogue(port: number, hello = true): Promise<Dialogue> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const ended = once(socket, 'close');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const hear = async (): Promise<string> => {
    for (;;) {
      const { value = '', done } = await lines.next();
      if (done || value[3] !== '-') return value;
    }
  };
  const it: Dialogue = {
    hear,
    ended,
    write: (text) => void socket.write(text),
    say: (line) => {
      socket.write(`${line}\r\n`);
      return hear();
    },
    hangUp: () => void socket.destroy(),
  };
  if (hello) {
    await hear();
    await it.say('EHLO reader.example');
  }
  return it;
}
