/**
 * The brackets behind a title in flattened text: `(First Author et al) (summarized by Rohin)
 * (H/T Someone):`. In running text they are the surest sign of an item.
 */
import { MARK_SOURCE } from './link-marks.js';
import { opensText } from './words-of.js';

export type CreditRole = 'authors' | 'summarizer' | 'hatTip' | 'venue';

export interface Credit {
  role: CreditRole;
  /** Without the brackets. */
  text: string;
}

export interface CreditChain {
  /** Where the first credit begins; the title and its address stand before it. */
  start: number;
  /** Behind the last bracket, or the colon. */
  end: number;
  credits: Credit[];
  colon: boolean;
  /** Says who summarised or whose tip it was: prose does not look like that. */
  isSure: boolean;
}

interface Group {
  start: number;
  end: number;
  text: string;
}

const SUMMARIZED = /^summari[sz]ed\s+by\s+\S/iu;
const HAT_TIP = /^(?:h\/t|hat[ -]tip)\b:?\s+\S/iu;
const VENUE = /^(?:\p{L}[^()]*?,?\s+)?(?:19|20)\d\d$/u;
const PARTICLE = String.raw`(?:and|et|al\.?|with|of|de|da|di|del|der|den|van|von|la|le|el|bin|ibn|&)`;
const NAME = String.raw`[\p{Lu}\p{Lo}][\p{L}\p{M}.'’\-]*`;
const NAMES = new RegExp(
  String.raw`^${NAME}(?:[,;]?\s+(?:${NAME}|${PARTICLE}))*,?(?:\s+et\s+al\.?)?$`,
  'u',
);
/** What brackets behind a title hold that is part of the title. */
const ASIDE = /^(?:part|vol|volume|episode|ep|aka|a\.k\.a|or|and|with|the|v?\d|\p{Ll}|["“‘'])/iu;
const JOINT = new RegExp(`^\\s*(?:${MARK_SOURCE}\\s*)?`, 'u');

export function findCreditChains(text: string): CreditChain[] {
  const chains: CreditChain[] = [];
  const groups = bracketGroups(text);
  for (let i = 0; i < groups.length; ) {
    const run = runFrom(groups, i, text);
    const chain = chainOf(run, text);
    if (chain) chains.push(chain);
    i += run.length;
  }
  return chains;
}

/** Outermost round brackets. */
function bracketGroups(text: string): Group[] {
  const groups: Group[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(' && depth++ === 0) start = i;
    // A bracket that is never closed must not swallow all that follows.
    if (depth > 0 && i - start > 2_500) {
      depth = 0;
      i = start;
    }
    if (text[i] === ')' && depth > 0 && --depth === 0) {
      groups.push({ start, end: i + 1, text: text.slice(start + 1, i).trim() });
    }
  }
  return groups;
}

/** Neighbours with nothing between them. */
function runFrom(groups: readonly Group[], from: number, text: string): Group[] {
  const run = groups.slice(from, from + 1);
  for (const group of groups.slice(from + 1)) {
    const last = run.at(-1);
    if (!last || text.slice(last.end, group.start).replace(JOINT, '') !== '') break;
    run.push(group);
  }
  return run;
}

function chainOf(run: readonly Group[], text: string): CreditChain | undefined {
  const last = run.at(-1);
  if (!last) return undefined;
  const roles = run.map((group, i) => roleOf(group.text, run[i + 1]?.text));
  let first = roles.length;
  while (first > 0 && roles[first - 1] !== undefined) first--;
  const firstGroup = run[first];
  if (!firstGroup) return undefined;
  const credits = run
    .slice(first)
    .map(({ text: words }, i): Credit => ({ role: roles[first + i] ?? 'authors', text: words }));
  const isSure = credits.some(({ role }) => role === 'summarizer' || role === 'hatTip');
  const isCredit = isSure || credits.some(({ role }) => role === 'authors');
  const colon = /^\s*:(?=\s|$)/u.exec(text.slice(last.end));
  const end = last.end + (colon?.[0].length ?? 0);
  if (!isCredit || (!isSure && !standsAlone(text, end, colon !== null))) return undefined;
  return { start: firstGroup.start, end, credits, colon: colon !== null, isSure };
}

/** Authors without more are no prose when a colon, the end, or another beginning follows. */
function standsAlone(text: string, end: number, colon: boolean): boolean {
  const after = text.slice(end);
  return colon || after.trim() === '' || opensText(after);
}

function roleOf(text: string, next: string | undefined): CreditRole | undefined {
  if (SUMMARIZED.test(text)) return 'summarizer';
  if (HAT_TIP.test(text)) return 'hatTip';
  if (VENUE.test(text)) return 'venue';
  if (isNameList(text)) return 'authors';
  const isBeforeCredit = next !== undefined && (SUMMARIZED.test(next) || HAT_TIP.test(next));
  return isBeforeCredit && !ASIDE.test(text) ? 'authors' : undefined;
}

/** "Arden Koehler and Danny Hernandez", "Sara Hooker et al": two words at least. */
export function isNameList(text: string): boolean {
  return NAMES.test(text) && /\s/u.test(text) && !isAllCapitals(text);
}

function isAllCapitals(text: string): boolean {
  return !/\p{Ll}/u.test(text) && /\p{Lu}{2}/u.test(text);
}
