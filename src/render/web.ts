/** An issue as the body of its archive page: semantic HTML with anchors, addressed to nobody. */
import type { Issue } from '../issue/types.js';
import { htmlHelpers } from './html-part.js';
import { createHtmlWriter } from './markdown.js';
import { withoutExpressions } from './neutral.js';
import { renderTemplate } from './templates.js';
import { contentOf } from './view.js';

/** An item elsewhere in the archive. */
export interface Referrer {
  title: string;
  /** "AN #62" */
  issue: string;
  href: string;
}

export interface IssueBodyOptions {
  templatesDir?: string;
  /** Where relative links lead; without it they stay relative. */
  baseUrl?: string;
  language?: string;
  /** The page of who summarised an item. */
  contributorUrl?(name: string): string | undefined;
  /** What refers to an item. */
  referredBy?(id: string): Referrer[];
}

/**
 * Intro and sections, each section under its anchor (`section.id`), each item under its own
 * (`item.id`). Subscriber expressions read as they would for somebody of whom nothing is known.
 * @throws AppError template_invalid
 */
export function renderIssueBody(issue: Issue, options: IssueBodyOptions = {}): string {
  const { baseUrl = '', language = 'en', templatesDir } = options;
  const helpers = {
    ...htmlHelpers(createHtmlWriter(baseUrl)),
    contributorUrl: (name: string) => options.contributorUrl?.(name),
    referrers: (id: string) => options.referredBy?.(id) ?? [],
  };
  const content = contentOf(withoutExpressions(issue), baseUrl, language);
  return renderTemplate('issue-body', content, {
    folder: 'web',
    helpers,
    ...(templatesDir !== undefined && { templatesDir }),
  });
}
