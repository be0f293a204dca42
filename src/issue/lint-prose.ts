/** What was left in the prose by mistake: merge tags of other systems, TK markers. */
import type { Findings } from './findings.js';
import { findForeignTags, LIKELY_TAGS, SURE_TAGS } from './foreign-tags.js';

const ALL_TAGS = [...SURE_TAGS, ...LIKELY_TAGS];
const TK = /(?<![\p{L}\p{N}_/-])(?:TK){1,4}(?![\p{L}\p{N}_/-])/gu;

/** @param prose text with code and comments blanked */
export function lintProse(prose: string, firstLine: number, findings: Findings): void {
  prose.split('\n').forEach((line, i) => {
    for (const { written } of findForeignTags(line, ALL_TAGS)) {
      const message = `${written} looks like a merge tag of another system and goes out as it is; ours are {{subscriber.…}}`;
      findings.warn('foreign-merge-tag', firstLine + i, message);
    }
    for (const [written] of line.matchAll(TK)) {
      findings.warn('tk-marker', firstLine + i, `${written}: something is still to come here`);
    }
  });
}
