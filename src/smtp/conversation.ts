/**
 * The transactions of one connection: MAIL, RCPT, DATA, the message, and what the server says to
 * each. It takes over the socket where session.ts ends.
 *
 * Where the server offers PIPELINING, the commands of the next transaction follow a message's final
 * dot without waiting for its reply (they are chained): a distant relay then costs one round trip a
 * message. The server answers in order, so what it says about the first message is always known
 * before a byte of the second one's text is written.
 *
 * Owns: the order of commands and replies, the time each may take, and the exact knowledge of
 * whether the server can have the whole message. Must never: open connections, retry, or judge a
 * reply (delivery/replies.ts does).
 * @see RFC 5321 §3.3, §4.1.4; RFC 2920 §3.1 (pipelining; a message may open a group of commands);
 * RFC 1870 (size)
 */
import { type Command, CRLF_DOT, commandsFor, type Exchange, finalDot } from './exchange.js';
import { isPositive, ProtocolError, ReplyReader } from './reply.js';
import type { Session } from './session.js';
import type { Timeouts } from './timeouts.js';
import { type Envelope, type Reply, TOO_LATE, type Transaction } from './types.js';

/** What the next reply answers. `discard` ends a message nobody is to get. */
type Step = Command | 'message' | 'discard';

/** How exact timeouts are; a quarter of the shortest where that is less. */
const LOOK_EVERY_MS = 1_000;

interface Expected {
  step: Step;
  exchange: Exchange;
}

export class Conversation {
  /** Transactions begun on this connection. */
  begun = 0;
  readonly #session: Session;
  readonly #timeouts: Timeouts;
  /** The server takes the size with MAIL. @see RFC 1870 §5 */
  readonly #declaresSize: boolean;
  readonly #replies = new ReplyReader();
  readonly #expected: Expected[] = [];
  readonly #ended: Promise<void>;
  /** The transaction under way, and behind it the one whose commands were chained to it. */
  readonly #exchanges: Exchange[] = [];
  #tellRoom: () => void = () => {};
  /** A refused transaction left its MAIL standing: RSET goes in front of the next. */
  #mailOpen = false;
  #over = false;
  /** performance.now() by which the next reply is due, and how long it was given (ms). */
  #dueAt = Number.POSITIVE_INFINITY;
  #patient = Number.POSITIVE_INFINITY;
  readonly #clock: NodeJS.Timeout;

  constructor(session: Session, timeouts: Timeouts) {
    this.#session = session;
    this.#timeouts = timeouts;
    this.#declaresSize = session.offer.extensions.some((line) => /^SIZE\b/.test(line));
    const { socket } = session;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    session.onEnd((reason) => this.drop(reason));
    const { command, data, block, message } = timeouts;
    const lookEvery = Math.min(
      LOOK_EVERY_MS,
      Math.ceil(Math.min(command, data, block, message) / 4),
    );
    this.#clock = setInterval(() => this.#look(), lookEvery).unref();
    this.#over = !socket.writable;
    this.#ended = new Promise<void>((resolve) => {
      if (socket.closed) resolve();
      else socket.once('close', () => resolve());
    }).finally(() => clearInterval(this.#clock));
  }

  /** False once the connection can carry no further transaction. */
  get usable(): boolean {
    return !this.#over;
  }

  /** Whether a transaction is under way. */
  get busy(): boolean {
    return this.#exchanges.length > 0;
  }

  /**
   * Whether a message may be sent now: nothing is under way, or nothing but the reply to a final
   * dot is awaited and the server takes commands pipelined.
   */
  get hasRoom(): boolean {
    if (this.#over) return false;
    const [current, chained] = this.#exchanges;
    if (!current) return true;
    return !chained && current.handedOver && this.#session.offer.pipelining;
  }

  /** Called each time a message has left and another one's commands may follow it at once. */
  onRoom(listener: () => void): void {
    this.#tellRoom = listener;
  }

  /** Largest message the server takes; undefined: it does not say. */
  get maxMessageBytes(): number | undefined {
    return this.#session.offer.maxMessageBytes;
  }

  /** Resolves when the connection is closed on both sides. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /**
   * Sends one message; only while there is room.
   * @param startBefore epoch ms; past it the message is not begun (`unsent`)
   */
  send(envelope: Envelope, chunks: readonly Buffer[], startBefore: number): Promise<Transaction> {
    return new Promise((settle) => {
      this.begun += 1;
      // The transaction a chained one waits for ends with its message, whatever the reply.
      const reset = this.#mailOpen && !this.busy;
      const commands = commandsFor(envelope, chunks, { reset, size: this.#declaresSize });
      const exchange = {
        chunks,
        startBefore,
        commands,
        verdict: undefined,
        handedOver: false,
        settle,
      };
      this.#exchanges.push(exchange);
      if (!this.usable) this.drop('the connection is closed');
      else this.#writeCommands(exchange);
    });
  }

  /** Turns away the message that is chained to the one under way: none of its text was written. */
  releaseChained(reason: string): void {
    const chained = this.#exchanges[1];
    if (chained) this.#finish(chained, reason);
  }

  /** Ends an idle connection politely. */
  quit(): Promise<void> {
    if (this.#over) return this.#ended;
    this.#over = true;
    this.#session.socket.write('QUIT\r\n');
    const timer = setTimeout(() => this.drop('no answer to QUIT'), this.#timeouts.quit);
    return this.#ended.finally(() => clearTimeout(timer));
  }

  /**
   * Ends the connection at once; a message under way is unsent or uncertain, as the case may be,
   * and one chained to it is always unsent.
   */
  drop(reason: string): void {
    this.#over = true;
    clearInterval(this.#clock);
    this.#expected.length = 0;
    this.#session.socket.destroy();
    for (const exchange of [...this.#exchanges]) this.#finish(exchange, reason);
  }

  /** Writes all commands, or the next one where each reply must be awaited. @see RFC 2920 §3.1 */
  #writeCommands(exchange: Exchange): void {
    const count = this.#session.offer.pipelining ? exchange.commands.length : 1;
    const written = exchange.commands.splice(0, count);
    for (const [step] of written) this.#expect(step, exchange);
    this.#session.socket.write(written.map(([, line]) => line).join(''), 'latin1');
  }

  /** One vector: the message, segment by segment, and the dot. */
  #writeMessage(exchange: Exchange): void {
    const { socket } = this.#session;
    const { chunks } = exchange;
    this.#expect('message', exchange);
    socket.cork();
    for (const chunk of chunks) socket.write(chunk);
    socket.write(finalDot(chunks), (error) => {
      // Node calls back in the turn in which the system took the last byte, before any event that
      // could be its consequence; on a failed write it calls back with the error.
      if (error) return;
      exchange.handedOver = true;
      if (this.#expected[0]?.exchange === exchange) this.#arm();
      if (this.hasRoom) this.#tellRoom();
    });
    socket.uncork();
  }

  #expect(step: Step, exchange: Exchange): void {
    this.#expected.push({ step, exchange });
    if (this.#expected.length === 1) this.#arm();
  }

  /** Sets the time by which the next reply is due. */
  #arm(): void {
    const next = this.#expected[0];
    this.#patient = next === undefined ? Number.POSITIVE_INFINITY : this.#patience(next);
    this.#dueAt = performance.now() + this.#patient;
  }

  /** Looks at the clock now and then: a timer for each reply would cost more than the reply. */
  #look(): void {
    const { 0: next } = this.#expected;
    const dueAt = this.#dueAt;
    if (next === undefined || performance.now() < dueAt) return;
    // A process that was suspended finds the time over before it reads the reply that has long been
    // there: let the reply in first.
    setImmediate(() => {
      if (this.#expected[0] !== next || this.#dueAt !== dueAt) return;
      this.drop(`timeout: no reply to ${next.step} within ${this.#patient / 1000} s`);
    });
  }

  #patience({ step, exchange }: Expected): number {
    if (step === 'data') return this.#timeouts.data;
    if (step === 'message') return this.#timeouts[exchange.handedOver ? 'message' : 'block'];
    return this.#timeouts.command;
  }

  #read(chunk: Buffer): void {
    try {
      for (const reply of this.#replies.push(chunk)) this.#answer(reply);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.drop(error.message);
    }
  }

  #answer(reply: Reply): void {
    if (this.#over) {
      this.#session.socket.end();
      return;
    }
    const expected = this.#expected.shift();
    this.#arm();
    // Between transactions a server has only one thing to say: 421, it is closing.
    if (expected) this.#take(expected.exchange, expected.step, reply);
    else this.drop(`the server said ${reply.code} and was not asked`);
    if (reply.code === 421) this.drop('the server is closing the connection');
  }

  #take(exchange: Exchange, step: Step, reply: Reply): void {
    if (step === 'reset') this.#onReset(exchange, reply);
    else if (step === 'data') this.#onData(exchange, reply);
    else if (step === 'message') this.#onMessage(exchange, reply);
    else if (step === 'discard') this.#onDiscarded(exchange);
    else this.#onEnvelope(exchange, step, reply);
  }

  #onReset(exchange: Exchange, reply: Reply): void {
    this.#mailOpen = false;
    if (!isPositive(reply)) this.drop(`the server answered RSET with ${reply.code}`);
    else if (exchange.commands.length > 0) this.#writeCommands(exchange);
  }

  #onEnvelope(exchange: Exchange, step: 'mail' | 'rcpt', reply: Reply): void {
    if (isPositive(reply)) {
      this.#mailOpen = true;
      if (exchange.commands.length > 0) this.#writeCommands(exchange);
      return;
    }
    this.#refuse(exchange, step, reply);
    // Pipelined, DATA is out already and will be answered too.
    if (!this.#session.offer.pipelining) this.#finish(exchange, 'refused');
  }

  /** @see RFC 2920 §3.1: a server may answer 354 although every recipient was refused */
  #onData(exchange: Exchange, reply: Reply): void {
    const go = reply.code === 354;
    if (!go) {
      this.#refuse(exchange, 'data', reply);
      this.#finish(exchange, 'refused');
    } else if (!this.#exchanges.includes(exchange)) {
      // Released meanwhile; only the end of the connection takes DATA back.
      this.drop('the message is not sent');
    } else if (!exchange.verdict && Date.now() >= exchange.startBefore) {
      this.drop(TOO_LATE);
    } else if (!exchange.verdict) {
      this.#writeMessage(exchange);
    } else if (this.#mailOpen) {
      this.#session.socket.write(CRLF_DOT);
      this.#expect('discard', exchange);
    } else {
      this.drop('the server wants a message of a sender it refused');
    }
  }

  #onMessage(exchange: Exchange, reply: Reply): void {
    this.#mailOpen = false;
    if (isPositive(reply)) exchange.verdict = { kind: 'accepted', reply };
    else this.#refuse(exchange, 'message', reply);
    // Answered before the end: what is still to be written would be read as commands.
    if (exchange.handedOver) this.#finish(exchange, 'answered');
    else this.drop('the server answered before the end of the message');
  }

  #onDiscarded(exchange: Exchange): void {
    this.#mailOpen = false;
    this.#finish(exchange, 'refused');
  }

  /** The first refusal stands; a reply that is none of 2yz, 4yz, 5yz is no answer at all. */
  #refuse(exchange: Exchange, stage: 'mail' | 'rcpt' | 'data' | 'message', reply: Reply): void {
    if (reply.code < 400)
      throw new ProtocolError(`the server answered ${stage} with ${reply.code}`);
    exchange.verdict ??= { kind: 'refused', stage, reply };
  }

  #finish(exchange: Exchange, reason: string): void {
    const at = this.#exchanges.indexOf(exchange);
    if (at < 0) return;
    this.#exchanges.splice(at, 1);
    const kind = exchange.handedOver ? 'uncertain' : 'unsent';
    exchange.settle(exchange.verdict ?? { kind, error: reason });
  }
}
