/** What an address in an issue says by itself. Pure. */

/** @see RFC 3986 §3.1 */
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * @param url as the author wrote it
 * @returns in lower case and with its colon, as in `URL.protocol`; undefined for a relative address
 */
export function schemeOf(url: string): string | undefined {
  return SCHEME.exec(url)?.[0].toLowerCase();
}

/** Whether an address names another place by itself: by its scheme, or by a host (`//a.example/b`). */
export function isElsewhere(url: string): boolean {
  const address = url.trimStart();
  return schemeOf(address) !== undefined || address.startsWith('//');
}
