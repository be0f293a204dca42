/** One connection of the sink: reads commands and messages, answers as its script says. */
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import {
  type Answer,
  CUT,
  type Delayed,
  HANG,
  type SinkEvent,
  type SinkMessage,
  type SinkOptions,
  type SinkStage,
} from './smtp-sink.js';

/** What a connection tells the sink. */
export interface SinkBook {
  readonly options: SinkOptions;
  readonly secureContext: SecureContext;
  command(connection: number, line: string): void;
  message(message: SinkMessage): void;
  /** A client wrote ahead although the server did not offer pipelining. */
  violation(): void;
}

const END = Buffer.from('\r\n.\r\n');
const LINE_END = Buffer.from('\r\n');

export class SinkConnection {
  readonly number: number;
  readonly #book: SinkBook;
  #socket: Socket;
  /** Input not yet read as commands. */
  #input: Buffer = Buffer.alloc(0);
  #body: Buffer[] | undefined;
  #envelope: { from: string; to: string[] } = { from: '', to: [] };
  #mailOpen = false;
  /** Steps of an AUTH LOGIN exchange still to come. */
  #login: string[] | undefined;
  #busy = false;
  /** Goes on with what waits for the client to say more. */
  #onMore: (() => void) | undefined;
  #deaf = false;
  readonly #verbs: Record<string, (line: string) => void> = {
    EHLO: () => this.#say('ehlo', this.#ehlo()),
    STARTTLS: () => this.#obeyStartTls(),
    AUTH: (line) => this.#obeyAuth(line),
    MAIL: (line) => this.#obeyMail(line),
    RCPT: (line) => this.#obeyRcpt(line),
    DATA: () => this.#obeyData(),
    RSET: () => this.#obeyReset(),
    QUIT: () => this.#say('quit', '221 2.0.0 bye', () => this.#socket.end()),
  };

  constructor(book: SinkBook, socket: Socket, number: number) {
    this.#book = book;
    this.number = number;
    this.#socket = socket;
    this.#listen(socket);
    if (book.options.secure) this.#startTls();
    this.#say('connect', book.options.greeting ?? '220 sink.test ESMTP');
  }

  cut(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
  }

  #startTls(): void {
    this.#socket.removeAllListeners('data');
    const { secureContext } = this.#book;
    this.#socket = new TLSSocket(this.#socket, { isServer: true, secureContext });
    this.#listen(this.#socket);
  }

  #read(chunk: Buffer): void {
    if (this.#deaf) return;
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    const goOn = this.#onMore;
    this.#onMore = undefined;
    if (goOn) goOn();
    else this.#work();
  }

  #work(): void {
    while (!this.#busy && !this.#deaf && this.#input.length > 0) {
      if (this.#body) {
        const chunk = this.#input;
        this.#input = Buffer.alloc(0);
        this.#readBody(chunk);
        continue;
      }
      const end = this.#input.indexOf(LINE_END);
      if (end < 0) return;
      const line = this.#input.subarray(0, end).toString('latin1');
      this.#input = this.#input.subarray(end + LINE_END.length);
      if (this.#input.length > 0 && this.#book.options.pipelining === false) this.#book.violation();
      this.#obey(line);
    }
  }

  #obey(line: string): void {
    if (this.#login) {
      this.#continueLogin(line);
      return;
    }
    this.#book.command(this.number, line);
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    const obey = this.#verbs[verb] ?? (() => this.#write('502 5.5.1 no such command'));
    obey(line);
  }

  #ehlo(): string {
    const { pipelining = true, starttls, auth, size } = this.#book.options;
    const lines = ['sink.test', '8BITMIME', 'ENHANCEDSTATUSCODES'];
    if (pipelining) lines.push('PIPELINING');
    if (size !== undefined) lines.push(`SIZE ${size}`);
    if (starttls && !(this.#socket instanceof TLSSocket)) lines.push('STARTTLS');
    if (auth) lines.push(`AUTH ${(auth.methods ?? ['PLAIN', 'LOGIN']).join(' ')}`);
    return lines.map((line, at) => `250${at < lines.length - 1 ? '-' : ' '}${line}`).join('\r\n');
  }

  #obeyStartTls(): void {
    const usual = this.#book.options.starttls ? '220 2.0.0 go ahead' : '502 5.5.1 not offered';
    this.#say('starttls', usual, (positive) => {
      if (positive) this.#startTls();
    });
  }

  #obeyAuth(line: string): void {
    const [, method = '', initial = ''] = line.split(' ');
    if (method.toUpperCase() === 'PLAIN') {
      const [, user = '', pass = ''] = Buffer.from(initial, 'base64').toString().split('\0');
      this.#judgeLogin(user, pass);
    } else {
      this.#login = [];
      this.#write('334 VXNlcm5hbWU6');
    }
  }

  #continueLogin(line: string): void {
    const [user, pass] = [...(this.#login ?? []), Buffer.from(line, 'base64').toString()];
    if (user !== undefined && pass !== undefined) {
      this.#login = undefined;
      this.#judgeLogin(user, pass);
    } else {
      this.#login = [user ?? ''];
      this.#write('334 UGFzc3dvcmQ6');
    }
  }

  #judgeLogin(user: string, pass: string): void {
    const { auth } = this.#book.options;
    const right = auth?.user === user && auth.pass === pass;
    this.#say('auth', right ? '235 2.7.0 welcome' : '535 5.7.8 credentials invalid');
  }

  #obeyReset(): void {
    this.#mailOpen = false;
    this.#envelope = { from: '', to: [] };
    this.#say('reset', '250 2.0.0 reset');
  }

  #obeyMail(line: string): void {
    const envelope = { from: address(line), to: [] };
    this.#envelope = envelope;
    this.#say('mail', '250 2.1.0 sender ok', (positive) => {
      this.#mailOpen = positive;
    });
  }

  #obeyRcpt(line: string): void {
    const to = address(line);
    this.#envelope.to.push(to);
    const usual = this.#mailOpen ? '250 2.1.5 recipient ok' : '503 5.5.1 MAIL first';
    this.#say('rcpt', usual, (positive) => {
      if (!positive) this.#envelope.to.pop();
    });
  }

  #obeyData(): void {
    const none = this.#envelope.to.length === 0;
    const usual = none && !this.#book.options.eager ? '554 5.5.1 no recipients' : '354 go ahead';
    this.#say('data', usual, (_positive, reply) => {
      if (reply.startsWith('354')) this.#body = [];
    });
  }

  #readBody(chunk: Buffer): void {
    const body = this.#body ?? [];
    const first = body.length === 0;
    // The line end of the DATA command counts for the dot: an empty message is a lone dot.
    const tail = first ? LINE_END : Buffer.concat(body.slice(-4)).subarray(-4);
    const joint = Buffer.concat([tail, chunk.subarray(0, END.length)]).indexOf(END);
    const inner = joint < 0 ? chunk.indexOf(END) : joint - tail.length;
    if (joint < 0 && inner < 0) {
      body.push(chunk);
      if (first) this.#say('body', '');
      return;
    }
    const end = inner + END.length;
    body.push(chunk.subarray(0, end));
    this.#body = undefined;
    this.#input = Buffer.concat([chunk.subarray(end), this.#input]);
    if (first && this.#answer('body') === CUT) this.cut();
    else this.#receive(body);
  }

  #receive(body: Buffer[]): void {
    const raw = Buffer.concat(body);
    const message: SinkMessage = {
      connection: this.number,
      from: this.#envelope.from,
      to: this.#envelope.to,
      messageId: /^Message-ID:\s*(\S+)/im.exec(raw.subarray(0, 8192).toString('latin1'))?.[1],
      size: raw.length - '.\r\n'.length,
      raw: this.#book.options.record === 'ids' ? undefined : unstuff(raw),
    };
    const none = message.to.length === 0;
    this.#say('message', none ? '554 5.5.1 no recipients' : '250 2.0.0 queued', (positive) => {
      if (positive) this.#book.message(message);
    });
    this.#mailOpen = false;
    this.#envelope = { from: '', to: [] };
  }

  #answer(stage: SinkStage): Answer | Delayed | undefined {
    const { from, to } = this.#envelope;
    const event: SinkEvent = { stage, connection: this.number, from, to: to.at(-1) };
    return this.#book.options.reply?.(event);
  }

  /** Answers as the script says, otherwise as usual. */
  #say(
    stage: SinkStage,
    usual: string,
    then: (positive: boolean, reply: string) => void = () => {},
  ): void {
    const answer = this.#answer(stage) ?? usual;
    if (typeof answer !== 'object') {
      this.#utter(answer, then);
      return;
    }
    this.#busy = true;
    const goOn = () => {
      this.#busy = false;
      this.#utter(answer.reply ?? usual, then);
      this.#work();
    };
    if (answer.afterMs !== 'more') setTimeout(goOn, answer.afterMs);
    else if (this.#input.length > 0) setImmediate(goOn);
    else this.#onMore = goOn;
  }

  #utter(answer: Answer, then: (positive: boolean, reply: string) => void): void {
    if (answer === CUT) {
      this.cut();
    } else if (answer === HANG) {
      this.#deaf = true;
      this.#socket.pause();
    } else if (typeof answer === 'string') {
      if (answer !== '') this.#write(answer);
      then(/^[23]/.test(answer), answer);
      if (answer.startsWith('421')) this.#socket.end();
    }
  }

  #write(reply: string): void {
    if (this.#socket.writable) this.#socket.write(`${reply}\r\n`);
  }
}

function address(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}

/** @see RFC 5321 §4.5.2 */
function unstuff(raw: Buffer): Buffer {
  const message = raw.subarray(0, raw.length - '.\r\n'.length);
  if (!message.includes('\r\n..') && message[0] !== 0x2e) return message;
  return Buffer.from(message.toString('latin1').replace(/^\./gm, ''), 'latin1');
}
