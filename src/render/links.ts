/** Which addresses a link or an image of an issue may have, and where relative ones lead. */
import { schemeOf } from '../issue/address.js';

/** Schemes a reader may be sent to. */
const LINK_SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const IMAGE_SCHEMES = new Set(['http:', 'https:']);
/** Stands in for an unknown base. @see RFC 6761 §6.4 */
const NOWHERE = 'https://nowhere.invalid';

/**
 * @param url as the author wrote it; markers may stand in it
 * @param base the publication's address, for relative ones; '' leaves them relative
 * @returns an absolute URL or a `#fragment`; undefined for any other scheme (`javascript:`)
 */
export function linkTarget(url: string, base: string): string | undefined {
  return target(url, base, LINK_SCHEMES);
}

/** Like {@link linkTarget}, for `src`. */
export function imageSource(url: string, base: string): string | undefined {
  return url.startsWith('#') ? undefined : target(url, base, IMAGE_SCHEMES);
}

function target(url: string, base: string, schemes: Set<string>): string | undefined {
  const trimmed = url.trim().replace(/[\t\n\r]/g, '');
  if (trimmed === '' || trimmed.startsWith('#')) return trimmed || undefined;
  if (/^SLOT\d+Q\d+Z/.test(trimmed)) return trimmed;
  const scheme = schemeOf(trimmed);
  if (scheme !== undefined) return schemes.has(scheme) ? trimmed : undefined;
  // A browser skips control characters before a scheme: ask the parsed address what it is.
  const resolved = parse(trimmed, `${base || NOWHERE}/`);
  if (resolved === undefined || !schemes.has(resolved.protocol)) return undefined;
  return base === '' && resolved.origin === NOWHERE ? trimmed : resolved.href;
}

function parse(url: string, base: string): URL | undefined {
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}
