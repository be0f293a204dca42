/** Pages from templates/web, over which the publication's own templates/web win file by file. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import { loadStrings } from '../render/strings.js';
import { renderTemplate } from '../render/templates.js';
import { basePath } from './routed-url.js';

/** Templates that are pages; the others in the folder are layouts and partials. */
export type PageName =
  | 'home'
  | 'issues'
  | 'issue'
  | 'groups'
  | 'group'
  | 'search'
  | 'search-results'
  | 'unsubscribe'
  | 'left'
  | 'unknown-link'
  | 'test-link'
  | 'subscribe'
  | 'check-mail'
  | 'prove'
  | 'signup-busy'
  | 'confirm'
  | 'confirmed'
  | 'confirm-unknown'
  | 'preferences'
  | 'thanks'
  | 'erased'
  | 'move'
  | 'moved'
  | 'error';

export interface Pages {
  /** @returns the whole HTML document */
  render(page: PageName, data: Record<string, unknown>): string;
  /** The style sheet as it is now. */
  stylesheet(): string;
  /** Anything else in the folder, such as `favicon.svg`. */
  file(name: string): string;
  /** "27 May 2020" in the publication's language and on its clock. @param at epoch ms */
  dateInWords(at: number): string;
  /** A fixed word of templates/strings.yaml. */
  text(name: string, values?: Record<string, unknown>): string;
  /** What people consent to by the button of the sign-up form. */
  wording(): string;
  /** The same with data, such as `sitemap.xml`. */
  renderFile(name: string, data: Record<string, unknown>): string;
  /** Address of a script, which changes with its content. */
  scriptAddress(name: string): string;
  /** What links on our pages begin with: '' or a path. */
  base: string;
  /** Absolute address of a path on this site, as readers elsewhere see it. */
  absolute(path: string): string;
}

/**
 * Every template may name `publication` (name, language, url), `design` (as in pressrun.yaml), `sender`
 * (an address), `base` (what links begin with, '' or
 * a path) and `stylesheet` (its address, which changes with its content).
 * @param options.lookEveryMs for how long a look at templates and words counts
 */
export function createPages(config: Config, { lookEveryMs }: { lookEveryMs: number }): Pages {
  const { name, language, url, postalAddress, timezone, design } = config.publication;
  const base = basePath(url);
  const templatesDir = join(config.dir, 'templates');
  const strings = loadStrings(templatesDir, { lookEveryMs });
  const helpers = { t: strings.helper };
  const options = { folder: 'web', templatesDir, helpers, lookEveryMs } as const;
  const sender = config.publication.from.address;
  const publication = { name, language, url, postalAddress };
  const renderFile = (template: string, data: Record<string, unknown>) =>
    renderTemplate(template, { ...data, publication, base, design }, options);
  const file = (template: string) => renderFile(template, {});
  const stylesheet = () => file('style.css');
  return {
    stylesheet,
    file,
    renderFile,
    base,
    scriptAddress: (name) => `${base}/${name}?${digest(file(name))}`,
    render: (page, data) =>
      renderTemplate(
        page,
        {
          ...data,
          publication,
          sender,
          base,
          design,
          stylesheet: `${base}/style.css?${digest(stylesheet())}`,
        },
        options,
      ),
    dateInWords: (at) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: timezone }).format(at),
    text: strings.text,
    wording: () => strings.text('joining.wording', { publication: name }),
    absolute: (path) => `${url}${path}`,
  };
}

/** Short name of a content, for caches. */
export function digest(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 16);
}
