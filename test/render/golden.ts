/**
 * Mails as they were when somebody last looked at them, in `golden/`. `npm run golden` writes them
 * anew; what changed is then in the diff.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/load.js';
import { type Edition, highlightsOf } from '../../src/issue/editions.js';
import { parseIssue } from '../../src/issue/parse.js';
import { packageRoot } from '../../src/package-root.js';
import { type LetterKind, renderLetter } from '../../src/render/letters.js';
import { renderMail } from '../../src/render/mail.js';
import { filled } from './filled.js';
import { PUBLICATION } from './issue-fixture.js';
import { LETTERS } from './sample-letters.js';

export const GOLDEN = join(packageRoot(), 'test', 'render', 'golden');

const EXAMPLE = join(packageRoot(), 'examples', 'envelope');
const KINDS = Object.keys(LETTERS) as LetterKind[];

/** An issue of the example publication as one reader gets it. */
export async function exampleMail(
  number: number,
  edition: Edition = 'full',
): Promise<{ html: string; text: string }> {
  const { publication } = await loadSettings(EXAMPLE, {});
  const { issue } = parseIssue(readFileSync(join(EXAMPLE, 'issues', `${number}.md`), 'utf8'));
  if (!issue) throw new Error(`example issue ${number} cannot be read`);
  const part = edition === 'highlights' ? highlightsOf(issue) : issue;
  if (!part) throw new Error(`example issue ${number} has no such edition`);
  const { html, text } = await renderMail(part, publication, { edition });
  const reader = { name: 'Alex Reader' };
  return { html: filled(html, reader), text: filled(text, reader) };
}

/** Contents by file name. */
export async function goldenMails(): Promise<Map<string, string>> {
  const mails = new Map<string, string>();
  for (const number of [1, 2, 3]) {
    const { html, text } = await exampleMail(number);
    if (number === 1) mails.set(`issue-${number}.html`, html);
    mails.set(`issue-${number}.txt`, text);
  }
  const { html, text } = await exampleMail(1, 'highlights');
  mails.set('issue-1-highlights.html', html).set('issue-1-highlights.txt', text);
  for (const kind of KINDS) {
    const { subject, html, text } = await renderLetter(kind, LETTERS[kind], PUBLICATION);
    if (kind === 'welcome' || kind === 'operator') mails.set(`letter-${kind}.html`, html);
    mails.set(`letter-${kind}.txt`, `Subject: ${subject}\n\n${text}`);
  }
  return mails;
}
