/** From the URL as it came in to the path our routes know. */
import type { IncomingMessage } from 'node:http';

/**
 * The publication may live under a path (`https://example.org/weekly`). Proxies differ in whether
 * they pass that path on, so both are understood. A URL that cannot be decoded becomes one that no
 * route knows: the framework's own answer would repeat it.
 *
 * @param publicUrl  publication.url, without a trailing slash
 */
export function routedUrl(publicUrl: string): (request: IncomingMessage) => string {
  const base = basePath(publicUrl);
  return ({ url = '/' }) => {
    const path = base !== '' && isUnder(url, base) ? url.slice(base.length) : url;
    if (!isDecodable(path)) return UNKNOWN;
    return path.startsWith('/') ? path : `/${path}`;
  };
}

/** Path of the public URL, '' when it is at the root: what links on our pages begin with. */
export function basePath(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

const UNKNOWN = '/-';

function isUnder(url: string, base: string): boolean {
  return url.startsWith(base) && /^(?:$|[/?])/.test(url.slice(base.length));
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
