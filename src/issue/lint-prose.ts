/** What was left in the prose by mistake: merge tags of other systems, TK markers. */
import type { Findings } from './findings.js';

interface Slip {
  code: string;
  pattern: RegExp;
  message: (written: string) => string;
}

const MERGE_TAG = (written: string) =>
  `${written} looks like a merge tag of another system and goes out as it is; ours are {{subscriber.…}}`;

/** Patterns are narrow: prose about code is full of braces and brackets. */
const SLIPS: Slip[] = [
  // Mailchimp: *|FNAME|*, *|IF:NAME|*
  { code: 'foreign-merge-tag', pattern: /\*\|[A-Z][A-Z0-9_:.=-]*\|\*/g, message: MERGE_TAG },
  // Ghost: {first_name, "reader"}
  {
    code: 'foreign-merge-tag',
    pattern: /(?<!\{)\{(?:first_name|(?:name|email|uuid)(?=,))(?:, *["“][^"”{}\n]*["”])?\}(?!\})/g,
    message: MERGE_TAG,
  },
  // Mailtrain: [FIRST_NAME]
  {
    code: 'foreign-merge-tag',
    pattern:
      /\[(?:FIRST_NAME|LAST_NAME|FULL_NAME|MERGE_[A-Z0-9_]+|LINK_(?:UNSUBSCRIBE|PREFERENCES|BROWSER))\]/g,
    message: MERGE_TAG,
  },
  // Liquid and Handlebars: {{ contact.first_name }}, {{name | default: "x"}}, {% if … %}
  {
    code: 'foreign-merge-tag',
    pattern:
      /(?<![\\{])\{\{\s*[#/]?[a-z_][\w.]*(?:\s*\|[^{}\n]*|\s+[^{}\n]*)?\s*\}\}|\{%-?\s*[a-z]+[^{}\n]*%\}/gi,
    message: MERGE_TAG,
  },
  {
    code: 'tk-marker',
    pattern: /(?<![\p{L}\p{N}_/-])(?:TK){1,4}(?![\p{L}\p{N}_/-])/gu,
    message: (written) => `${written}: something is still to come here`,
  },
];

/** @param prose text with code and comments blanked */
export function lintProse(prose: string, firstLine: number, findings: Findings): void {
  prose.split('\n').forEach((line, i) => {
    for (const { code, pattern, message } of SLIPS) {
      for (const [written] of line.matchAll(pattern)) {
        findings.warn(code, firstLine + i, message(written));
      }
    }
  });
}
