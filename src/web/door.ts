/**
 * The door: the public URL that is about to be printed in every mail (DESIGN.md, invariant 10).
 *
 * A signed nonce is POSTed to it exactly like a one-click unsubscribe. Only an installation that
 * holds our token keys and our Redis can answer with our instance id, so an answer proves the whole
 * way: DNS, proxy, path, method, body, keys and data. Changes nothing anywhere.
 *
 * @see RFC 8058 §3.2 (what a mailbox provider sends)
 */
import { randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Config } from '../config/types.js';
import { AppError } from '../errors.js';
import { whyFetchFailed } from '../fetch-failure.js';
import { signToken } from '../message/tokens.js';

/** A provider gives up about as fast; a door this slow is closed to readers as well. */
const ANSWER_WITHIN_MS = 10_000;
/** The answer is some 60 bytes; anything longer is another site's page. */
const MAX_ANSWER_BYTES = 4_096;

/** `rehearsal`: a loopback URL, accepted unasked because the operator said so. */
type Door = { kind: 'answered'; loopback: boolean } | { kind: 'rehearsal' };

/**
 * Proves that `publication.url` reaches this installation.
 *
 * A loopback URL that answers is accepted without `loopback` too: the check can only speak for the
 * machine it runs on, and there the door is open. The caller is told, to warn about readers elsewhere.
 *
 * @param loopback  `--loopback`: accept a loopback URL whether or not it answers
 * @throws AppError door_closed, saying what was tried, what came back and what to do
 */
export async function checkDoor(
  config: Config,
  instanceId: string,
  options: { loopback: boolean },
): Promise<Door> {
  const { url } = config.publication;
  const loopback = isLoopback(new URL(url).hostname);
  if (loopback && options.loopback) return { kind: 'rehearsal' };
  const found = await knock(`${url}/u/${freshNonce(config)}`, instanceId);
  if (found !== undefined) throw closed(config, found, { loopback, rehearsed: options.loopback });
  return { kind: 'answered', loopback };
}

/** 127.0.0.0/8, ::1 and the names that mean them. @see RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3 */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

function freshNonce({ keys, publication }: Config): string {
  const id = randomBytes(12).toString('base64url');
  return signToken(keys.tokenKeys, { purpose: 'door', id }, publication.slug);
}

/** @returns undefined when our own instance answered, else what came back, in words */
async function knock(url: string, instanceId: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
      // RFC 8058 §3.1: a one-click URI must not redirect, and providers do not follow.
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await readBounded(response);
    if (response.status !== 200) return describeStatus(response);
    const instance = instanceOf(text);
    if (instance === undefined) return 'another web site answered (200, but not pressrun)';
    return instance === instanceId ? undefined : 'another pressrun answered, with another Redis';
  } catch (error) {
    return whyFetchFailed(error, ANSWER_WITHIN_MS);
  }
}

function describeStatus({ status, headers }: Response): string {
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== null) {
    // The address we asked carries the nonce; its target may too. Only the origin is of interest.
    const target = URL.canParse(location) ? new URL(location).origin : 'another path';
    return `a redirect (${status}) to ${target}`;
  }
  if (status === 404) {
    return 'status 404: no pressrun there, or one with other token keys';
  }
  return `status ${status}`;
}

/** Stops at {@link MAX_ANSWER_BYTES}: the other side may be anything. */
async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function instanceOf(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const isAnswer = typeof answer === 'object' && answer !== null && 'instance' in answer;
    return isAnswer && typeof answer.instance === 'string' ? answer.instance : undefined;
  } catch {
    return undefined;
  }
}

function closed(
  config: Config,
  found: string,
  { loopback, rehearsed }: { loopback: boolean; rehearsed: boolean },
): AppError {
  const { url } = config.publication;
  const { host, port } = config.http;
  const steps = [
    'start the web service with "pressrun start web"',
    `make ${url} (publication.url) lead to it: it listens on ${host}:${port} (http.host, http.port)`,
  ];
  if (loopback) steps.push('or rehearse on this machine with --loopback');
  if (rehearsed)
    steps.push(
      '--loopback is for a publication.url on this machine, such as http://localhost:8080',
    );
  return new AppError(
    'door_closed',
    `${url} does not answer for this installation, and every mail would print it as the way to leave. ` +
      `Tried: POST ${url}/u/… like a one-click unsubscribe. Came back: ${found}. ` +
      `To do: ${steps.join('; ')}.`,
  );
}
