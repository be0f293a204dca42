/** What a reader sees of an issue before opening it: subject and preheader. */
import { restoreExpressions } from '../../issue/expressions.js';
import { oneLine } from '../../issue/plain-text.js';
import { itemsOf } from '../../issue/visit.js';
import type { Draft, Subject } from '../types.js';

export function checkHead(subject: Subject): Draft[] {
  return [...checkSubject(subject), ...checkPreheader(subject)];
}

function checkSubject({ issue, settings, source }: Subject): Draft[] {
  const { prefix } = settings.publication;
  const { number, title, subject = `[${prefix} #${number}]: ${title}`, expressions } = issue;
  const length = lengthOf(restoreExpressions(subject, expressions));
  const { maxSubjectLength } = settings.check;
  if (length <= maxSubjectLength) return [];
  const key = issue.subject === undefined ? 'title' : 'subject';
  const hint = key === 'title' ? '; "subject: …" in the head sets a shorter one' : '';
  const message = `the subject has ${length} characters, and inboxes show ${maxSubjectLength} at most${hint}`;
  return [{ code: 'subject-too-long', line: lineOfKey(source, key), message }];
}

function checkPreheader({ issue, settings, source }: Subject): Draft[] {
  const { preheader, title, expressions } = issue;
  if (preheader === undefined) {
    const shown = itemsOf(issue).find(({ highlight }) => highlight) ?? itemsOf(issue)[0];
    if (shown && !sameWords(shown.title, title)) return [];
    const message =
      'no preheader, and the default repeats the title: the inbox shows the same line twice';
    return [{ code: 'preheader-missing', line: lineOfKey(source, 'title'), message }];
  }
  const length = lengthOf(restoreExpressions(preheader, expressions));
  const { maxPreheaderLength } = settings.check;
  if (length <= maxPreheaderLength) return [];
  const message = `the preheader has ${length} characters, and inboxes show ${maxPreheaderLength} at most`;
  return [{ code: 'preheader-too-long', line: lineOfKey(source, 'preheader'), message }];
}

function lengthOf(text: string): number {
  return [...new Intl.Segmenter().segment(oneLine(text))].length;
}

function sameWords(a: string, b: string): boolean {
  return oneLine(a).toLowerCase() === oneLine(b).toLowerCase();
}

function lineOfKey(source: string, key: string): number {
  const pattern = new RegExp(`^\\s*${key}[ \\t]*:`, 'i');
  return source.split(/\r\n|\r|\n/).findIndex((line) => pattern.test(line)) + 1 || 1;
}
