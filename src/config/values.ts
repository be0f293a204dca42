/** The kinds of values a configuration holds: text in, value or undefined out. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { CronExpressionParser } from 'cron-parser';
import addresses from 'email-addresses';
import type { Durability, Mailbox } from './types.js';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LONGEST_DOMAIN = 253;

export const DURATION_PATTERN = /^(\d{1,9})(ms|s|m|h|d)$/;
export const DURABILITY_PATTERN = /^(?:always|everysec|replicas:[1-9]\d?)$/;
export const SLUG_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** `5m`, `48h`, `500ms` → milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION_PATTERN.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

export function parseDurability(text: string): Durability | undefined {
  return DURABILITY_PATTERN.test(text) ? (text as Durability) : undefined;
}

/** Domain in A-label form (RFC 5890), lower case; a single label such as `localhost` is one. */
export function parseDomain(text: string): string | undefined {
  const ascii = domainToASCII(text.trim());
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
  if (ascii.length > LONGEST_DOMAIN) return undefined;
  return new RegExp(`^${label}(?:\\.${label})*$`).test(ascii) ? ascii : undefined;
}

/** `Name <a@b>` or `a@b` (RFC 5322 §3.4); the name is empty when none is given. */
export function parseMailbox(text: string): Mailbox | undefined {
  // A line break would end the header field the mailbox is printed in.
  if (/[\r\n]/.test(text)) return undefined;
  const parsed = addresses.parseOneAddress({
    input: text,
    rfc6532: true,
    commaInDisplayName: true,
  });
  if (parsed?.type !== 'mailbox') return undefined;
  const domain = parseDomain(parsed.domain);
  if (domain === undefined) return undefined;
  return { name: parsed.name ?? '', address: `${parsed.local}@${domain}` };
}

/** http(s) base URL without query, fragment or login → the same without a trailing slash. */
export function parseBaseUrl(text: string): string | undefined {
  const url = parseUrl(text, ['http:', 'https:']);
  if (!url || url.search || url.hash || url.username || url.password) return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** http(s) URL without login or fragment, unchanged. */
export function parseWebUrl(text: string): string | undefined {
  const url = parseUrl(text, ['http:', 'https:']);
  return url && !url.hash && !url.username && !url.password ? text : undefined;
}

/** `whsec_` and 24 to 64 bytes in base64 → the bytes. @see https://www.standardwebhooks.com */
export function parseWebhookSecret(text: string): Buffer | undefined {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

/** A cron expression of five fields, or six with seconds in front, unchanged. */
export function parseCron(text: string): string | undefined {
  const cron = text.trim();
  const fields = cron.split(/\s+/);
  // What is left out, drawn by lot (H) or a nickname (@weekly) is read in more than one way.
  const plain = fields.every((field) => /^(?!H(?![A-Z]))[^@]+$/i.test(field));
  if (fields.length < 5 || fields.length > 6 || !plain) return undefined;
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC' }).next();
    return cron;
  } catch {
    return undefined;
  }
}

/** `smtp://` or `smtps://` with a host, unchanged. */
export function parseSmtpUrl(text: string): string | undefined {
  return parseUrl(text, ['smtp:', 'smtps:']) && text;
}

/** `redis://` or `rediss://` with a host, unchanged. */
export function parseRedisUrl(text: string): string | undefined {
  return parseUrl(text, ['redis:', 'rediss:']) && text;
}

/** BCP 47 tag in its canonical spelling. */
export function parseLanguage(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}

/** An IP address, a network in CIDR notation, or `loopback` (this machine). @see RFC 4632 §3.1 */
export function parseNetwork(text: string): string | undefined {
  const [address = '', bits, ...rest] = text.trim().split('/');
  if (address === 'loopback' && bits === undefined) return address;
  const most = { 4: 32, 6: 128 }[isIP(address)];
  if (most === undefined || rest.length > 0) return undefined;
  if (bits === undefined) return address;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? `${address}/${bits}` : undefined;
}

/** IANA time zone, as it is written in the database. @see https://www.iana.org/time-zones */
export function parseTimezone(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The zone of this machine's clock. */
export function machineTimezone(): string {
  return new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
}

function parseUrl(text: string, protocols: string[]): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && protocols.includes(url.protocol) && url.hostname !== '' ? url : undefined;
}
