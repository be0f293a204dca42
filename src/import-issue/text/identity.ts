/** Number, title and date of an issue, where the beginning of its text says them. */
import { readDate } from '../dates.js';
import { CONTENTS_NAMES } from '../known-sections.js';
import { type ImportReport, quote } from '../report.js';
import type { SectionNames } from '../section-names.js';
import { slice } from './contents.js';
import { type Passage, placeIn } from './passage.js';
import { opensText } from './words-of.js';

export interface Identity {
  number: number | undefined;
  title: string | undefined;
  date: string | undefined;
  /** What is left of the text. */
  passages: Passage[];
}

/** Further down, a number is that of another issue. */
const LONGEST_TITLE = 200;
const SEARCHED_PASSAGES = 8;
/** Of text that is one long line. */
const SEARCHED_CHARACTERS = 400;

const NAMED =
  /(?:^|\s)(?:[Nn]ewsletter|[Ii]ssue|[Ee]dition|No\.|Nr\.)\s*#?\s*(\d{1,5})(?=[\s|:,.)]|$)/u;
const BRACKETED = /\[\p{Lu}[\p{L} ]{0,20}#(\d{1,5})\]/u;
const SUBJECT = /^(?:Subject:\s*)?\[\p{Lu}[\p{L} ]{0,20}#(\d{1,5})\]:?\s+(.{3,200})$/u;
/** `Subject: Field Notes #18: Moss` */
const NAMED_SUBJECT =
  /^(?:Subject|Title):\s+\p{Lu}[\p{L}\p{N} ’'&-]{0,40}#(\d{1,5})\s*[:–—|-]\s+(.{3,200})$/u;
/** A name and a number, at the very beginning. */
const OPENING = /^\p{Lu}[\p{L}\p{N} ’'&-]{1,40}#(\d{1,5})(?=[\s|:,.)]|$)[\s|:,.)·–—-]*/u;
const HEADER = /^(Subject|Date|Title|From|To|Reply-To):\s+(.+)$/iu;
/** A line of nothing but the publication, the number and the date. */
const BANNER =
  /^[^.!?]{0,80}(?:[|·•–—-]\s*)?(?:[Nn]ewsletter|[Ii]ssue|[Ee]dition|No\.|Nr\.)\s*#?\s*\d{1,5}[^.!?]{0,40}$/u;

export function takeIdentity(
  passages: readonly Passage[],
  names: SectionNames,
  report: ImportReport,
): Identity {
  const found: Identity = { number: undefined, title: undefined, date: undefined, passages: [] };
  let behindBanner = false;
  passages.forEach((passage, i) => {
    const isTitle = behindBanner && mayBeTitle(passage, found, names);
    if (isTitle) takeTitle(passage, found, report);
    const isUsed = isTitle || (i < SEARCHED_PASSAGES && takeFrom(passage, found, report));
    behindBanner = isUsed && !isTitle && BANNER.test(passage.text);
    if (!isUsed) found.passages.push(passage);
  });
  return found;
}

/** A short line right below the banner. */
function mayBeTitle(passage: Passage, { title }: Identity, names: SectionNames): boolean {
  const { text, bullet, style } = passage;
  if (style === 'enclosed') return false;
  const isName = names.find(text) ?? CONTENTS_NAMES.has(text.toLowerCase());
  if (title !== undefined || bullet || isName || text.includes('\uE000')) return false;
  return !/[.,:;)]$/u.test(text) && text.length <= LONGEST_TITLE;
}

function takeTitle(passage: Passage, found: Identity, report: ImportReport): void {
  found.title = passage.text;
  const message = `${quote(passage.text)} is taken for the title, because it stands below the banner`;
  report.doubt('title-guessed', placeIn(passage, 0), message);
}

/** @returns whether the passage says nothing else */
function takeFrom(passage: Passage, found: Identity, report: ImportReport): boolean {
  const { text, style } = passage;
  const place = placeIn(passage, 0);
  const subject = SUBJECT.exec(text) ?? NAMED_SUBJECT.exec(text);
  const header = HEADER.exec(text);
  if (subject) {
    found.number ??= Number(subject[1]);
    return setTitle(found, subject[2] ?? '', passage, report);
  }
  if (header) return takeHeader(header, found, passage, report);
  const isTitle = style === 'double-underlined' || (style === 'hash' && passage.depth === 1);
  if (isTitle && found.title === undefined) return setTitle(found, text, passage, report);
  const start = text.slice(0, SEARCHED_CHARACTERS);
  const number = NAMED.exec(start) ?? BRACKETED.exec(start);
  if (!number) return takeOpening(passage, found, report);
  if (found.number !== undefined) return false;
  found.number = Number(number[1]);
  if (!BANNER.test(text)) return false;
  found.date ??= readDate(text);
  report.leaveOut(text, place, 'banner of the mail: number and date are in the head');
  return true;
}

/** "The Weekly Lens #5 Hi all": what follows is the text. */
function takeOpening(passage: Passage, found: Identity, report: ImportReport): boolean {
  const match = OPENING.exec(passage.text);
  const rest = passage.text.slice(match?.[0].length ?? 0);
  const number = Number(match?.[1]);
  if (!match || (found.number ?? number) !== number || found.passages.length > 0) return false;
  if (rest !== '' && !opensText(rest)) return false;
  const place = placeIn(passage, 0);
  if (found.number === undefined)
    report.doubt('number-guessed', place, `the number ${number} is read from ${quote(match[0])}`);
  found.number = number;
  report.leaveOut(match[0], place, 'banner of the mail: the number is in the head');
  if (isTitleBehind(match[0], rest) && found.title === undefined) {
    found.title = rest;
    const message = `${quote(rest)} is taken for the title, because it stands behind the number`;
    report.doubt('title-guessed', place, message);
    return true;
  }
  if (rest !== '') found.passages.push(slice(passage, match[0].length, passage.text.length));
  return true;
}

/** "Slow Weekly #5: Ropes", with nothing else on its line. */
function isTitleBehind(opening: string, rest: string): boolean {
  const isShort = rest !== '' && rest.length <= LONGEST_TITLE / 2;
  return isShort && /[:–—|-]\s*$/u.test(opening) && !/[.,:;)\uE001]$/u.test(rest);
}

function takeHeader(
  [whole = '', key = '', value = '']: RegExpExecArray,
  found: Identity,
  passage: Passage,
  report: ImportReport,
): boolean {
  const name = key.toLowerCase();
  if ((name === 'subject' || name === 'title') && found.title === undefined) {
    return setTitle(found, value, passage, report);
  }
  if (name === 'date') found.date ??= readDate(value);
  report.leaveOut(whole, placeIn(passage, 0), 'header of the mail');
  return true;
}

function setTitle(found: Identity, title: string, passage: Passage, report: ImportReport): boolean {
  if (found.title !== undefined) return false;
  found.title = title.trim();
  const [, rest = ''] = passage.text.split(found.title);
  if (rest.trim() !== '')
    found.passages.push(slice(passage, passage.text.indexOf(rest), passage.text.length));
  const lead = passage.text.slice(0, passage.text.indexOf(found.title));
  report.leaveOut(lead, placeIn(passage, 0), `stood before the title ${quote(title)}`);
  return true;
}
