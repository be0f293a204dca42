/**
 * A real SMTP server for tests, fast and scriptable: it counts and keeps what it is given, and
 * misbehaves exactly where it is told to. Raw sockets, because a well-behaved server library
 * refuses to cut the line in the middle of a reply.
 *
 * As a process of its own, for big runs: `node --import tsx test/support/smtp-sink.ts --port 0`
 * prints `{"port"}` at the start and `{"messages", "recipients", "messageIds", "connections",
 * "peak"}` when told to end by SIGTERM; it keeps ids only.
 */
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { SinkConnection } from './smtp-sink-connection.js';

/** Where the script may speak: the reply to a command, to the connection, or to the first bytes of a body. */
export type SinkStage =
  | 'connect'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'body'
  | 'message'
  | 'reset'
  | 'quit';

/** Closes the connection instead of answering. */
export const CUT = Symbol('cut');
/** Never answers and reads no further. */
export const HANG = Symbol('hang');

/** Reply lines without the final line end, or a misdeed. */
export type Answer = string | typeof CUT | typeof HANG;
export interface Delayed {
  /** A time, or once the client has said more although it has no answer yet. */
  afterMs: number | 'more';
  /** Default: what the sink would say anyway. */
  reply?: Answer;
}

export interface SinkEvent {
  stage: SinkStage;
  /** From 1. */
  connection: number;
  from: string;
  to: string | undefined;
}

export interface SinkOptions {
  port?: number;
  greeting?: string;
  /** Default true. */
  pipelining?: boolean;
  /** Says 354 even when every recipient was refused. */
  eager?: boolean;
  /** Advertised; not enforced. */
  size?: number;
  starttls?: boolean;
  /** TLS from the first byte. */
  secure?: boolean;
  auth?: { user: string; pass: string; methods?: ('PLAIN' | 'LOGIN')[] };
  /** 'ids' keeps no message text. Default 'full'. */
  record?: 'full' | 'ids';
  /** The script; undefined: the usual answer. */
  reply?: (event: SinkEvent) => Answer | Delayed | undefined;
  /** Called for each message that was accepted. */
  accepted?: (message: SinkMessage) => void;
}

export interface SinkMessage {
  connection: number;
  from: string;
  to: string[];
  messageId: string | undefined;
  size: number;
  /** As it was before dot-stuffing; undefined with `record: 'ids'`. */
  raw: Buffer | undefined;
}

export interface Sink {
  port: number;
  /** `smtp://127.0.0.1:port` */
  url: string;
  /** Accepted messages, in order of acceptance. */
  messages: SinkMessage[];
  /** Commands in order, "3: RSET" for one on the third connection. */
  commands: string[];
  /** Connections ever, now, and at most at a time. */
  connections: { ever: number; now: number; peak: number };
  /** Commands sent ahead without pipelining being offered. */
  violations: number;
  /** Resolves when `count` messages have been accepted. */
  waitFor(count: number): Promise<void>;
  /** Cuts all connections; the server goes on. */
  cutAll(): void;
  /** Closes the server and all connections. */
  stop(): Promise<void>;
}

const FIXTURES = new URL('../smtp/fixtures/', import.meta.url);

export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const open = new Set<SinkConnection>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const secureContext = createSecureContext({
    key: readFileSync(new URL('self-signed-key.pem', FIXTURES)),
    cert: readFileSync(new URL('self-signed.pem', FIXTURES)),
  });
  const server = createServer((socket) => {
    sink.connections.ever += 1;
    sink.connections.now += 1;
    sink.connections.peak = Math.max(sink.connections.peak, sink.connections.now);
    const connection = new SinkConnection(book, socket, sink.connections.ever);
    open.add(connection);
    // Over once this side has said goodbye: the client may be back before its own is noticed.
    let over = false;
    const end = () => {
      if (!over) sink.connections.now -= 1;
      over = true;
    };
    socket.once('finish', end);
    socket.once('close', () => {
      end();
      open.delete(connection);
    });
  });
  const sink: Sink = {
    port: 0,
    url: '',
    messages: [],
    commands: [],
    connections: { ever: 0, now: 0, peak: 0 },
    violations: 0,
    waitFor: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        tell();
      }),
    cutAll: () => {
      for (const connection of open) connection.cut();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sink.cutAll();
      }),
  };
  const tell = () => {
    for (const one of waiting) if (sink.messages.length >= one.count) one.resolve();
  };
  const book = {
    options,
    secureContext,
    command: (connection: number, line: string) => {
      if (options.record !== 'ids') sink.commands.push(`${connection}: ${line}`);
    },
    message: (message: SinkMessage) => {
      sink.messages.push(message);
      options.accepted?.(message);
      tell();
    },
    violation: () => {
      sink.violations += 1;
    },
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  sink.port = (server.address() as AddressInfo).port;
  sink.url = `smtp${options.secure ? 's' : ''}://127.0.0.1:${sink.port}`;
  return sink;
}

async function runAlone(args: string[]): Promise<void> {
  const port = Number(args[args.indexOf('--port') + 1] ?? 0);
  const sink = await startSink({ port: args.includes('--port') ? port : 0, record: 'ids' });
  process.stdout.write(`${JSON.stringify({ port: sink.port })}\n`);
  process.once('SIGTERM', async () => {
    const { messages, connections } = sink;
    const recipients = new Set(messages.flatMap((message) => message.to)).size;
    const messageIds = new Set(messages.map((message) => message.messageId)).size;
    const counts = { messages: messages.length, recipients, messageIds };
    const { ever, peak } = connections;
    process.stdout.write(`${JSON.stringify({ ...counts, connections: ever, peak })}\n`);
    await sink.stop();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runAlone(process.argv.slice(2));
}
