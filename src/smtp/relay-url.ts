/** `smtp.url` → how to reach the relay. */
import { isIP } from 'node:net';
import { type ConnectionUrlOptions, parseConnectionUrl } from 'nodemailer/lib/shared';
import type { SMTPConnectionAuth, SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { AppError } from '../errors.js';

export interface Relay {
  host: string;
  port: number;
  /** "host:port", for messages and logs; never holds the login. */
  label: string;
  auth: SMTPConnectionAuth | undefined;
  /** False when `?pipelining=off` forbids it, whatever the server offers. */
  pipelining: boolean;
  /** For nodemailer's SMTPConnection, without host and port. */
  connection: SMTPConnectionOptions;
}

const QUERY_OPTIONS = [
  'name',
  'pipelining',
  'authMethod',
  'localAddress',
  'requireTLS',
  'ignoreTLS',
  'opportunisticTLS',
] as const;
const TLS_OPTIONS = ['rejectUnauthorized', 'servername', 'minVersion', 'maxVersion', 'ciphers'];

/**
 * Reads `smtp://user:pass@host:port?option=value` or `smtps://…`.
 *
 * Two defaults differ from nodemailer's: a login is sent to another machine only under TLS
 * (`?ignoreTLS=true` allows the clear), and a certificate is not verified on the loopback
 * interface, where nobody can stand in between (`?tls.rejectUnauthorized=true` asks for it).
 * @throws AppError `config_invalid`; the message never repeats the login
 */
export function parseRelayUrl(url: string): Relay {
  const { host, options } = readUrl(url);
  const secure = options.secure === true;
  const port = Number(options.port) || (secure ? 465 : 587);
  return {
    host,
    port,
    label: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    auth: readLogin(options),
    pipelining: readSwitch(options, 'pipelining') ?? true,
    connection: {
      secure,
      ...readTlsSwitches(options, !secure && !isLoopback(host)),
      ...readText(options, 'name'),
      ...readText(options, 'localAddress'),
      tls: { rejectUnauthorized: !isLoopback(host), ...options.tls },
    },
  };
}

function readUrl(url: string): { host: string; options: ConnectionUrlOptions } {
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol)) {
    throw invalid('must look like smtp://user:password@host:port or smtps://…');
  }
  const options = parseConnectionUrl(url);
  for (const key of new URL(url).searchParams.keys()) refuseUnknown(key);
  const host = options.host?.replace(/^\[|\]$/g, '');
  if (!host) throw invalid('names no host');
  return { host, options };
}

function refuseUnknown(key: string): void {
  const known = key.startsWith('tls.')
    ? TLS_OPTIONS.includes(key.slice('tls.'.length))
    : QUERY_OPTIONS.some((option) => option === key);
  if (known) return;
  const allowed = [...QUERY_OPTIONS, ...TLS_OPTIONS.map((option) => `tls.${option}`)];
  throw invalid(`has an unknown option "${key}"; known are ${allowed.join(', ')}`);
}

function readLogin(options: ConnectionUrlOptions): SMTPConnectionAuth | undefined {
  const { user, pass } = options.auth ?? {};
  if (!user && !pass) return undefined;
  if (!pass) throw invalid('has a user without a password');
  if (!user) throw invalid('has a password without a user');
  const method = options.authMethod;
  return { user, pass, ...(typeof method === 'string' && { method }) };
}

/** @param exposed the login would cross a network in the clear unless TLS is asked for */
function readTlsSwitches(options: ConnectionUrlOptions, exposed: boolean): SMTPConnectionOptions {
  const ignoreTLS = readSwitch(options, 'ignoreTLS') ?? false;
  const opportunisticTLS = readSwitch(options, 'opportunisticTLS') ?? false;
  const byDefault = exposed && options.auth !== undefined && !ignoreTLS && !opportunisticTLS;
  return {
    ignoreTLS,
    opportunisticTLS,
    requireTLS: readSwitch(options, 'requireTLS') ?? byDefault,
  };
}

function readSwitch(options: ConnectionUrlOptions, name: string): boolean | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (value === 'on' || value === true) return true;
  if (value === 'off' || value === false) return false;
  throw invalid(`has ${name}=${String(value)}; write ${name}=on or ${name}=off`);
}

function readText(options: ConnectionUrlOptions, name: string): Record<string, string> {
  return options[name] === undefined ? {} : { [name]: String(options[name]) };
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost' || host.endsWith('.localhost');
}

function invalid(fault: string): AppError {
  return new AppError('config_invalid', `smtp.url ${fault}`);
}
