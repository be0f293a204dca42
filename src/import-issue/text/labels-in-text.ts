/** `Rohin's opinion:`, `Read more:`, `Prerequisites:` in flattened text. */
export type Label =
  | { kind: 'opinion'; written: string }
  | { kind: 'readMore'; written: string }
  | { kind: 'prerequisites'; written: string };

export interface LabelInText {
  label: Label;
  start: number;
  /** Behind the colon. */
  end: number;
}

const WORD = String.raw`[\p{Lu}\p{Lo}][\p{L}\p{M}.\-]*`;
const LABEL = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:\*\*|__)?(?<label>(?<owner>${WORD}(?:\s+(?:and\s+)?${WORD}){0,3})['’]s?\s+opinion|My opinion|Read more|Prerequisit(?:es|ies|e))(?:\*\*|__)?\s*:(?:\*\*|__)?(?=\s|$)`,
  'gu',
);

/**
 * @param people who is known to summarise here: a name before an opinion may be one of theirs, or
 *   its first word may be the last of the text before
 */
export function findLabels(text: string, people: ReadonlySet<string>): LabelInText[] {
  return [...text.matchAll(LABEL)].map((match) => {
    const { label = '', owner } = match.groups ?? {};
    const end = match.index + match[0].length;
    if (owner === undefined) return { label: labelOf(label), start: match.index, end };
    const name = ownName(owner, text.slice(0, match.index), people);
    const cut = owner.length - name.length;
    return {
      label: labelOf(label.slice(cut)),
      start: match.index + match[0].indexOf(label) + cut,
      end,
    };
  });
}

/** The owner of an opinion, without words that belong to the text before. */
function ownName(owner: string, before: string, people: ReadonlySet<string>): string {
  const known = [...people].filter((name) => owner === name || owner.endsWith(` ${name}`));
  const longest = known.sort((a, b) => b.length - a.length)[0];
  if (longest !== undefined) return longest;
  const opens = /(?:^|[.!?…:)\]”"’*]\s*)$/u.test(before);
  return opens ? owner : (owner.split(/\s+/u).at(-1) ?? owner);
}

function labelOf(written: string): Label {
  if (/opinion$/i.test(written)) return { kind: 'opinion', written };
  return { kind: written.startsWith('Read') ? 'readMore' : 'prerequisites', written };
}
