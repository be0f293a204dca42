/** Pages from templates/web, over which the publication's own templates/web win file by file. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import { renderTemplate } from '../render/templates.js';
import { basePath } from './routed-url.js';

/** Templates that are pages; the others in the folder are layouts and partials. */
export type PageName =
  | 'home'
  | 'issues'
  | 'issue'
  | 'unsubscribe'
  | 'left'
  | 'unknown-link'
  | 'test-link'
  | 'error';

export interface Pages {
  /** @returns the whole HTML document */
  render(page: PageName, data: Record<string, unknown>): string;
  /** The style sheet as it is now. */
  stylesheet(): string;
  /** Anything else in the folder, such as `favicon.svg`. */
  file(name: string): string;
  /** Absolute address of a path on this site, as readers elsewhere see it. */
  absolute(path: string): string;
}

/**
 * Every template may name `publication` (name, language, url), `base` (what links begin with, '' or
 * a path) and `stylesheet` (its address, which changes with its content).
 */
export function createPages(config: Config): Pages {
  const { name, language, url, postalAddress } = config.publication;
  const base = basePath(url);
  const options = { folder: 'web', templatesDir: join(config.dir, 'templates') } as const;
  const publication = { name, language, url, postalAddress };
  const file = (template: string) => renderTemplate(template, { publication, base }, options);
  const stylesheet = () => file('style.css');
  return {
    stylesheet,
    file,
    render: (page, data) =>
      renderTemplate(
        page,
        { ...data, publication, base, stylesheet: `${base}/style.css?${digest(stylesheet())}` },
        options,
      ),
    absolute: (path) => `${url}${path}`,
  };
}

/** Short name of a content, for caches. */
export function digest(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 16);
}
