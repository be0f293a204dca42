/**
 * One HTTP request that can only reach the public internet.
 *
 * The host is resolved once, every address it has is looked at, and the connection goes to those
 * very addresses: a name that answers differently the second time (DNS rebinding) gains nothing.
 * Redirects are not followed here, so each of them passes the same way.
 */
import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../public-address.js';
import type { Answer } from './outcome.js';

/** What tests put in the place of the internet; no configuration reaches it. */
export interface Reach {
  /** @returns all addresses of a host name */
  resolve(host: string): Promise<string[]>;
  isAllowed(address: string): boolean;
}

export const PUBLIC_INTERNET: Reach = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  isAllowed: isPublicAddress,
};

const HEADERS = {
  'user-agent': 'pressrun (checks the links of a newsletter before it is sent)',
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'accept-language': 'en,*;q=0.5',
};

/** Answers with longer headers are not worth waiting for. */
const MAX_HEADER_BYTES = 32_768;

/** Names that do not exist, as resolvers say it. */
const NO_SUCH_HOST = new Set(['ENOTFOUND', 'ENODATA']);

/** Reads the head of an answer only: of a body, not a byte more than arrived with it. */
export async function ask(
  url: URL,
  method: 'HEAD' | 'GET',
  signal: AbortSignal,
  reach: Reach,
): Promise<Answer> {
  if (!/^https?:$/.test(url.protocol)) {
    return { kind: 'refused', why: `it leads to ${url.protocol}, which no reader should open` };
  }
  try {
    const addresses = await addressesOf(url.hostname, reach);
    const forbidden = addresses.find((address) => !reach.isAllowed(address));
    if (forbidden !== undefined) {
      return { kind: 'refused', why: `${url.hostname} is ${forbidden}, no public address` };
    }
    const { statusCode = 0, headers } = await send(url, method, signal, addresses);
    return { kind: 'status', status: statusCode, location: headers.location };
  } catch (error) {
    return failure(error, signal);
  }
}

async function addressesOf(hostname: string, reach: Reach): Promise<string[]> {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return [bare];
  const addresses = await reach.resolve(bare);
  if (addresses.length > 0) return addresses;
  throw Object.assign(new Error('no address'), { code: 'ENODATA' });
}

function send(
  url: URL,
  method: string,
  signal: AbortSignal,
  addresses: string[],
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      signal,
      headers: HEADERS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // A kept connection would be to an address that was looked at for another request.
      agent: false,
      auth: undefined,
      lookup: pinned(addresses),
    });
    outgoing.on('response', (response) => {
      response.on('error', () => {});
      response.destroy();
      resolve(response);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Always the same answer, whoever asks. */
function pinned(addresses: string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = entries;
    if (options.all) callback(null, entries);
    else if (first) callback(null, first.address, first.family);
  };
}

function failure(error: unknown, signal: AbortSignal): Answer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NO_SUCH_HOST.has(code))
    return { kind: 'failed', why: 'its host does not exist', isDead: true };
  if (signal.aborted) return { kind: 'failed', why: 'it does not answer in time', isDead: false };
  const why = code || (error instanceof Error ? error.message : String(error));
  return { kind: 'failed', why: `it does not answer (${why})`, isDead: false };
}
