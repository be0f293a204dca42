/** Style sheet, icon, script and robots.txt: all the pages need, from this very server. */
import type { FastifyInstance } from 'fastify';
import { sendCacheable } from './caching.js';
import { onlyMethods } from './methods.js';
import { digest, type Pages } from './pages.js';

const FILES: { path: string; template: string; type: string }[] = [
  { path: '/favicon.svg', template: 'favicon.svg', type: 'image/svg+xml' },
  // Browsers ask for this name whatever the page says; they take SVG under it too.
  { path: '/favicon.ico', template: 'favicon.svg', type: 'image/svg+xml' },
  { path: '/prove.js', template: 'prove.js', type: 'text/javascript' },
  { path: '/robots.txt', template: 'robots.txt', type: 'text/plain' },
];

/** Asked for with the digest of their content. */
const VERSIONED: typeof FILES = [
  { path: '/style.css', template: 'style.css', type: 'text/css' },
  { path: '/search.js', template: 'search.js', type: 'text/javascript' },
];

export function registerAssets(app: FastifyInstance, pages: Pages): void {
  for (const { path, template, type } of VERSIONED) {
    app.get(path, async (request, reply) => {
      const content = pages.file(template);
      // The pages ask with the digest of what they were made for: only then it is that very content.
      const immutable = request.url.endsWith(`?${digest(content)}`);
      return sendCacheable(request, reply, content, { type, immutable });
    });
    onlyMethods(app, path, ['GET', 'HEAD']);
  }
  for (const { path, template, type } of FILES) {
    app.get(path, async (request, reply) =>
      sendCacheable(request, reply, pages.file(template), { type }),
    );
    onlyMethods(app, path, ['GET', 'HEAD']);
  }
}
