/** An issue as the body of its archive page: semantic HTML with anchors, addressed to nobody. */
import type { Issue } from '../issue/types.js';
import { htmlHelpers } from './html-part.js';
import { createHtmlWriter } from './markdown.js';
import { withoutExpressions } from './neutral.js';
import { renderTemplate } from './templates.js';
import { contentOf } from './view.js';

/**
 * Intro and sections, each section under its anchor (`section.id`), each item under its own
 * (`item.id`). Subscriber expressions read as they would for somebody of whom nothing is known.
 * @param options.baseUrl where relative links lead; without it they stay relative
 * @throws AppError template_invalid
 */
export function renderIssueBody(
  issue: Issue,
  options: { templatesDir?: string; baseUrl?: string; language?: string } = {},
): string {
  const { baseUrl = '', language = 'en', templatesDir } = options;
  const helpers = htmlHelpers(createHtmlWriter(baseUrl));
  const content = contentOf(withoutExpressions(issue), baseUrl, language);
  return renderTemplate('issue-body', content, {
    folder: 'web',
    helpers,
    ...(templatesDir !== undefined && { templatesDir }),
  });
}
