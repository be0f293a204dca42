/** An issue as the body of its archive page: semantic HTML with anchors, addressed to nobody. */
import type { Expression, Issue } from '../issue/types.js';
import { adoptExpressions, mapStrings } from './author.js';
import { toPieces } from './canonical.js';
import { htmlHelpers } from './html-part.js';
import { createHtmlWriter } from './markdown.js';
import { Markers } from './markers.js';
import { compileSlot } from './slots.js';
import { renderTemplate } from './templates.js';
import { contentOf } from './view.js';

/** Whoever reads the archive: nothing is known of them. */
const NOBODY = { subscriber: {}, unsubscribe_url: '#' };

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

/** The issue with every subscriber expression replaced by what it says to nobody. */
export function withoutExpressions(issue: Issue): Issue {
  if (issue.expressions.length === 0) return issue;
  const { expressions, ...rest } = issue;
  const fallbacks = expressions.map((expression) => ({
    marker: expression.marker,
    text: fallbackOf(issue, expression),
  }));
  fallbacks.sort((a, b) => b.marker.length - a.marker.length);
  const neutral = mapStrings(rest, (text) =>
    fallbacks.reduce(
      (result, fallback) => result.replaceAll(fallback.marker, () => fallback.text),
      text,
    ),
  );
  return { ...neutral, expressions: [] };
}

function fallbackOf(issue: Issue, expression: Expression): string {
  const markers = new Markers(expression.source);
  const alone = { ...issue, title: expression.marker, sections: [], expressions: [expression] };
  const { issue: marked } = adoptExpressions(alone, markers, `issues/${issue.number}.md`);
  return toPieces(marked.title, 'plain', markers)
    .map((piece) => (typeof piece === 'string' ? piece : compileSlot(piece.source)(NOBODY)))
    .join('');
}
