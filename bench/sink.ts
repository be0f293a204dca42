/**
 * The relay of the bench: a process of its own that takes every message and keeps none. It does as
 * little per byte as a server can (one search for the final dot), so that the contestants are the
 * limit, and reports its own CPU time so that this can be checked.
 *
 * A distant relay is acted here, not measured: with `latencyMs`, each reply leaves that long after
 * the bytes it answers. That is the round trip of an SMTP dialogue; bandwidth, loss and TCP's own
 * round trips are left out, for all contestants alike.
 */
import { createServer, type Socket } from 'node:net';
import { cpuMicros, isMain } from './process.js';

export interface SinkOrder {
  latencyMs: number;
}

export interface SinkReport {
  messages: number;
  bytes: number;
  /** Connections opened since the start of the run. */
  connections: number;
  /** Recipients who got more than one message. */
  duplicates: number;
  /** Epoch ms; 0 before the first message. */
  firstAt: number;
  lastAt: number;
  /** Messages of each tenth of a second since the first. */
  tenths: number[];
  cpuMicros: number;
}

/** Most recipients of a run; each is one bit, found by the number in its address. */
const MOST_RECIPIENTS = 1 << 24;
const END = Buffer.from('\r\n.\r\n');
const EHLO = '250-sink.bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n';

class Run {
  messages = 0;
  bytes = 0;
  connections = 0;
  duplicates = 0;
  firstAt = 0;
  lastAt = 0;
  readonly #tenths: number[] = [];
  readonly #seen = new Uint8Array(MOST_RECIPIENTS / 8);
  readonly #cpuAtStart = cpuMicros(process.pid);

  take(recipient: number, bytes: number): void {
    const now = Date.now();
    this.firstAt ||= now;
    this.lastAt = now;
    const tenth = Math.floor((now - this.firstAt) / 100);
    this.#tenths[tenth] = (this.#tenths[tenth] ?? 0) + 1;
    this.messages += 1;
    this.bytes += bytes;
    const bit = 1 << (recipient & 7);
    const byte = (recipient >> 3) % this.#seen.length;
    if (((this.#seen[byte] ?? 0) & bit) !== 0) this.duplicates += 1;
    this.#seen[byte] = (this.#seen[byte] ?? 0) | bit;
  }

  report(): SinkReport {
    const { messages, bytes, connections, duplicates, firstAt, lastAt } = this;
    const used = cpuMicros(process.pid) - this.#cpuAtStart;
    const tenths = Array.from(this.#tenths, (count) => count ?? 0);
    return { messages, bytes, connections, duplicates, firstAt, lastAt, tenths, cpuMicros: used };
  }
}

let run = new Run();
let latencyMs = 0;

class Client {
  readonly #socket: Socket;
  /** Bytes of a line, or of the end of a message, that came apart. */
  #rest: Buffer = Buffer.alloc(0);
  #inMessage = false;
  #messageBytes = 0;
  #recipient = 0;
  #replies = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    run.connections += 1;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.#read(chunk));
    this.#replies = '220 sink.bench ESMTP\r\n';
    this.#flush();
  }

  #read(chunk: Buffer): void {
    let input = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = Buffer.alloc(0);
    while (input.length > 0) {
      const used = this.#inMessage ? this.#readMessage(input) : this.#readLine(input);
      if (used === 0) {
        this.#rest = input;
        break;
      }
      input = input.subarray(used);
    }
    this.#flush();
  }

  /** @returns bytes done with */
  #readMessage(input: Buffer): number {
    const end = input.indexOf(END);
    if (end >= 0) {
      run.take(this.#recipient, this.#messageBytes + end);
      this.#inMessage = false;
      this.#replies += '250 2.0.0 queued\r\n';
      return end + END.length;
    }
    const done = Math.max(0, input.length - END.length + 1);
    this.#messageBytes += done;
    return done;
  }

  #readLine(input: Buffer): number {
    const end = input.indexOf('\r\n');
    if (end < 0) return 0;
    this.#obey(input.toString('latin1', 0, end));
    return end + 2;
  }

  #obey(line: string): void {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        this.#replies += EHLO;
        return;
      case 'MAIL':
        this.#replies += '250 2.1.0 sender ok\r\n';
        return;
      case 'RCPT':
        this.#recipient = Number(/\d+/.exec(line)?.[0] ?? 0);
        this.#replies += '250 2.1.5 recipient ok\r\n';
        return;
      case 'DATA':
        this.#inMessage = true;
        this.#messageBytes = 0;
        this.#replies += '354 go ahead\r\n';
        return;
      case 'QUIT':
        this.#replies += '221 2.0.0 bye\r\n';
        setTimeout(() => this.#socket.end(), latencyMs);
        return;
      default:
        this.#replies += '250 2.0.0 ok\r\n';
    }
  }

  #flush(): void {
    if (this.#replies === '') return;
    const replies = this.#replies;
    this.#replies = '';
    const say = () => {
      if (this.#socket.writable) this.#socket.write(replies, 'latin1');
    };
    if (latencyMs > 0) setTimeout(say, latencyMs);
    else say();
  }
}

if (isMain(import.meta.url)) {
  const server = createServer((socket) => new Client(socket));
  server.listen(0, '127.0.0.1', () => process.send?.({ listening: server.address() }));
  process.on('message', (order: SinkOrder | 'report') => {
    if (order === 'report') {
      process.send?.({ report: run.report() });
      return;
    }
    run = new Run();
    ({ latencyMs } = order);
    process.send?.({ ready: true });
  });
  process.on('disconnect', () => process.exit());
}
