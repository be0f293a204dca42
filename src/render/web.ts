/** An issue as the body of its archive page and of feeds: semantic HTML, addressed to nobody. */
import type { Issue } from '../issue/types.js';
import { htmlHelpers } from './html-part.js';
import { createHtmlWriter } from './markdown.js';
import { withoutExpressions } from './neutral.js';
import { loadStrings } from './strings.js';
import { templateRenderer } from './templates.js';
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

/** For a feed, where nothing may lead to "this page". */
export interface FeedBodyOptions extends IssueBodyOptions {
  baseUrl: string;
  /** Absolute address of the issue's page. */
  pageUrl: string;
}

/**
 * Intro and sections, each section under its anchor (`section.id`), each item under its own
 * (`item.id`). Subscriber expressions read as they would for somebody of whom nothing is known.
 * @throws AppError template_invalid
 */
export function renderIssueBody(issue: Issue, options: IssueBodyOptions = {}): string {
  const { baseUrl = '', language = 'en' } = options;
  const content = contentOf(withoutExpressions(issue), baseUrl, language);
  return renderer('issue-body', options)(content);
}

/** The same, and each item by its id, with every link absolute. @throws AppError template_invalid */
export function renderFeedBodies(
  issue: Issue,
  options: FeedBodyOptions,
): { whole: string; items: Map<string, string> } {
  const content = contentOf(withoutExpressions(issue), options.baseUrl, options.language ?? 'en');
  const items = content.sections.flatMap(({ blocks }) =>
    blocks.flatMap(({ item, list = [] }) => (item ? [item] : list)),
  );
  const renderItem = renderer('feed-item', options);
  return {
    whole: renderer('issue-body', options)({ ...content, isFeed: true }),
    items: new Map(items.map((item) => [item.id, renderItem(item)])),
  };
}

function renderer(
  template: string,
  options: IssueBodyOptions & Partial<FeedBodyOptions>,
): (data: object) => string {
  const { baseUrl = '', templatesDir, pageUrl = '' } = options;
  const helpers = {
    ...htmlHelpers(createHtmlWriter(baseUrl, { pageUrl }), pageUrl),
    contributorUrl: (name: string) => options.contributorUrl?.(name),
    t: loadStrings(templatesDir).helper,
    referrers: (id: string) => options.referredBy?.(id) ?? [],
  };
  return templateRenderer(template, {
    folder: 'web',
    helpers,
    ...(templatesDir !== undefined && { templatesDir }),
  });
}
