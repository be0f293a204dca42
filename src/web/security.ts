/** Security headers of every answer: no scripts, no frames, nothing from elsewhere but pictures and audio. */
import type { FastifyReply } from 'fastify';

const POLICY: Record<string, string[]> = {
  'default-src': ["'none'"],
  'style-src': ["'self'"],
  // Issues show the images their authors linked.
  'img-src': ["'self'", 'https:', 'http:'],
  // Episodes may be hosted elsewhere.
  'media-src': ["'self'", 'https:', 'http:'],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** For @fastify/helmet. @see https://www.w3.org/TR/CSP3/ */
export const SECURITY_HEADERS = {
  contentSecurityPolicy: { useDefaults: false, directives: POLICY },
  // Decided where TLS ends: helmet's default would bind the operator's other subdomains.
  strictTransportSecurity: false,
  // Tokens are in URLs: no site behind a link may learn them.
  referrerPolicy: { policy: 'no-referrer' as const },
  xFrameOptions: { action: 'deny' as const },
};

/** For the pages that have a script: still only from this very server. */
export function allowOwnScript(reply: FastifyReply): void {
  const own = ["'self'"];
  const policy = Object.entries({ ...POLICY, 'script-src': own, 'connect-src': own });
  const text = policy.map(([name, sources]) => `${name} ${sources.join(' ')}`).join(';');
  reply.header('content-security-policy', text);
}
