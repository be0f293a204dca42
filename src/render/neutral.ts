/** What an issue says when it is addressed to nobody: on the web, in a document's title. */
import type { Expression, Issue } from '../issue/types.js';
import { adoptExpressions, mapStrings } from './author.js';
import { toPieces } from './canonical.js';
import { Markers } from './markers.js';
import { compileSlot } from './slots.js';

const NOBODY = { subscriber: {}, unsubscribe_url: '#', preferences_url: '#' };

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

/** The title alone, as it reads to nobody. */
export function titleToNobody(issue: Issue): string {
  return withoutExpressions({ ...issue, intro: undefined, sections: [] }).title;
}

function fallbackOf(issue: Issue, expression: Expression): string {
  const markers = new Markers(expression.source);
  const alone = {
    ...{ ...issue, intro: undefined, sections: [] },
    ...{ title: expression.marker, expressions: [expression] },
  };
  const { issue: marked } = adoptExpressions(alone, markers, `issues/${issue.number}.md`);
  return toPieces(marked.title, 'plain', markers)
    .map((piece) => (typeof piece === 'string' ? piece : compileSlot(piece.source)(NOBODY)))
    .join('');
}
