/**
 * Opens a connection to the relay: nodemailer's SMTPConnection does look-up, connection, TLS,
 * STARTTLS, EHLO and AUTH; what comes after the login is ours (conversation.ts).
 * @see RFC 5321 §3.1–3.2, RFC 3207, RFC 4954
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Relay } from './relay-url.js';
import { parseReply } from './reply.js';
import type { Timeouts } from './timeouts.js';
import type { Reply } from './types.js';

/** What the server offered in its EHLO reply. @see RFC 5321 §4.1.1.1 */
export interface Offer {
  /** Keywords, upper case, with their parameters: "PIPELINING", "SIZE 10240000". */
  extensions: string[];
  pipelining: boolean;
  /** RFC 1870; undefined: no limit declared. */
  maxMessageBytes: number | undefined;
  /** "TLSv1.3"; undefined: in the clear. */
  tls: string | undefined;
  authenticated: boolean;
}

/** A connection past the login, its socket ready to be taken over. */
export interface Session {
  socket: Socket;
  offer: Offer;
  /** Tells once that the connection is over and why, whoever ended it. */
  onEnd(listener: (reason: string) => void): void;
}

export type Opened =
  | { kind: 'open'; session: Session }
  | { kind: 'refused'; stage: 'connect' | 'auth'; reply: Reply }
  | { kind: 'failed'; error: string };

/** A connection being opened. `abort` ends the attempt as failed. */
export interface Opening {
  result: Promise<Opened>;
  abort(reason: string): void;
}

/** nodemailer's idle timeout must never fire before one of ours does. */
const SOCKET_TIMEOUT_MARGIN = 60_000;

interface ConnectionError extends Error {
  code?: string;
  originalCode?: string;
  response?: string;
  command?: string;
}

/**
 * @param name what to call ourselves in EHLO; undefined: `?name=` of the URL or this host's name
 */
export function openSession(relay: Relay, timeouts: Timeouts, name?: string): Opening {
  const connection = new SMTPConnection({
    ...(name !== undefined && { name }),
    ...relay.connection,
    host: relay.host,
    port: relay.port,
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.connect,
    socketTimeout: Math.max(...Object.values(timeouts)) + SOCKET_TIMEOUT_MARGIN,
    socketCloseTimeout: timeouts.quit,
  });
  let abort: Opening['abort'] = () => {};
  const opened = new Promise<Opened>((resolve) => {
    abort = (reason) => {
      resolve({ kind: 'failed', error: `${relay.label}: ${reason}` });
      connection.close();
    };
    connect(connection, relay, resolve);
  });
  // nodemailer bounds the connection and the greeting; EHLO and AUTH may hang as well.
  const seconds = timeouts.connect / 1000;
  const timer = setTimeout(
    () => abort(`timeout: no session within ${seconds} s`),
    timeouts.connect,
  );
  return { result: opened.finally(() => clearTimeout(timer)), abort };
}

function connect(
  connection: SMTPConnection,
  relay: Relay,
  resolve: (opened: Opened) => void,
): void {
  const fail = (stage: 'connect' | 'auth', error: ConnectionError) => {
    const reply = replyOf(error);
    if (reply) resolve({ kind: 'refused', stage, reply });
    else resolve({ kind: 'failed', error: `${relay.label}: ${describe(error)}` });
    connection.close();
  };
  const end = watchEnd(connection);
  end.onEnd((reason, error) => fail('connect', error ?? new Error(reason)));
  connection.connect((error) => {
    if (error) return fail('connect', error);
    const ehlo = connection.lastServerResponse || '';
    if (!relay.auth || !connection.allowsAuth) return resolve(open(connection, relay, ehlo, end));
    connection.login({ ...relay.auth }, (refused) => {
      if (refused) fail('auth', refused);
      else resolve(open(connection, relay, ehlo, end));
    });
  });
}

type EndListener = (reason: string, error?: ConnectionError) => void;
interface End {
  onEnd(listener: EndListener): void;
}

/** nodemailer keeps listening for errors, timeouts and the end; this is where it tells us. */
function watchEnd(connection: SMTPConnection): End {
  const listeners: EndListener[] = [];
  const tell: EndListener = (reason, error) => {
    for (const listener of listeners.splice(0)) listener(reason, error);
  };
  connection.on('error', (error: ConnectionError) => tell(describe(error), error));
  connection.on('end', () => tell('the server closed the connection'));
  return { onEnd: (listener) => listeners.push(listener) };
}

function open(connection: SMTPConnection, relay: Relay, ehlo: string, end: End): Opened {
  const socket = connection._socket;
  if (!socket) return { kind: 'failed', error: `${relay.label}: the connection is gone` };
  socket.removeAllListeners('data');
  const onEnd = (listener: (reason: string) => void) => {
    // A half-closed connection will carry no reply any more: no need to wait for its close.
    socket.once('end', () => listener('the server closed the connection'));
    end.onEnd(listener);
  };
  return { kind: 'open', session: { socket, offer: readOffer(connection, relay, ehlo), onEnd } };
}

function readOffer(connection: SMTPConnection, relay: Relay, ehlo: string): Offer {
  const lines = ehlo.split(/\r?\n/).slice(1);
  const extensions = lines.map((line) =>
    line
      .replace(/^\d{3}[ -]/, '')
      .trim()
      .toUpperCase(),
  );
  const size = Number(extensions.find((line) => /^SIZE \d+$/.test(line))?.slice('SIZE '.length));
  return {
    extensions,
    pipelining: relay.pipelining && extensions.includes('PIPELINING'),
    maxMessageBytes: size > 0 ? size : undefined,
    tls: tlsVersion(connection._socket),
    authenticated: connection.authenticated,
  };
}

function tlsVersion(socket: Socket | false | null): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  return socket.getProtocol() ?? 'TLS';
}

/** The server's answer inside nodemailer's error, when there was one. */
function replyOf(error: ConnectionError): Reply | undefined {
  // A bare 502 would puzzle whoever reads it: describe() says what was refused.
  if (error.command === 'STARTTLS') return undefined;
  return error.response && /^[45]\d\d/.test(error.response)
    ? parseReply(error.response)
    : undefined;
}

/** "connection refused (ECONNREFUSED)", without what nodemailer appends from the server's words. */
function describe(error: ConnectionError): string {
  if (error.command === 'STARTTLS' && error.response) {
    return `the server refuses STARTTLS (${error.response.slice(0, 3)})`;
  }
  const code = error.originalCode ?? error.code;
  const message = error.response ? 'the server does not speak SMTP' : error.message;
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}
