/** Answers that may be kept by browsers and proxies: the same for everyone, checked by ETag. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { digest } from './pages.js';

/** An issue appears, or an amended one changes, for everybody within this time. */
const PAGE_FRESH_S = 60;
const YEAR_S = 31_536_000;

interface CacheOptions {
  type?: string;
  immutable?: boolean;
  modifiedAt?: number;
}

/** A content with its ETag: what is sent many times is hashed once. */
export interface Tagged {
  content: string;
  etag: string;
}

export function tagged(content: string): Tagged {
  return { content, etag: `"${digest(content)}"` };
}

/** For what programs of other sites show: feeds, and what they lead to. */
export function forEverySite(reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*');
  reply.header('cross-origin-resource-policy', 'cross-origin');
}

/**
 * Sends a content, or 304 when the caller has it.
 * @param immutable  the address names this very content
 * @param modifiedAt  epoch ms, for those who ask by time
 */
export function sendCacheable(
  request: FastifyRequest,
  reply: FastifyReply,
  given: string | Tagged,
  { type = 'text/html', immutable = false, modifiedAt }: CacheOptions = {},
): FastifyReply {
  const { content, etag } = typeof given === 'string' ? tagged(given) : given;
  setFreshness(reply, etag, PAGE_FRESH_S);
  if (immutable) setImmutable(reply);
  if (modifiedAt !== undefined) {
    reply.header('last-modified', new Date(modifiedAt).toUTCString());
  }
  if (isNotModified(request, reply)) return reply.code(304).send();
  return reply.type(`${type}; charset=utf-8`).send(content);
}

/** @see RFC 9110 §8.8.3 (ETag), RFC 9111 §5.2.2 (Cache-Control) */
export function setFreshness(reply: FastifyReply, etag: string, seconds: number): void {
  reply.header('etag', etag).header('cache-control', `public, max-age=${seconds}`);
}

/** For an address that names its very content. @see RFC 8246 */
export function setImmutable(reply: FastifyReply): void {
  reply.header('cache-control', `public, max-age=${YEAR_S}, immutable`);
}

/**
 * Whether the caller holds what the reply's ETag names; without any tag, what its Last-Modified does.
 * Weak comparison: proxies that compress mark our tags with `W/`. Of times only the very one counts:
 * what was taken back makes the newest change older.
 * @see RFC 9110 §13.1.2, §13.1.3
 */
export function isNotModified(request: FastifyRequest, reply: FastifyReply): boolean {
  const since = request.headers['if-modified-since'];
  if (since !== undefined && request.headers['if-none-match'] === undefined) {
    return since === reply.getHeader('last-modified');
  }
  const held = request.headers['if-none-match']?.split(',') ?? [];
  const tags = held.map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(String(reply.getHeader('etag')));
}
