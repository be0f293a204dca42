/**
 * The mail that our own templates make of the simplest complete issue: what is in it, an author or
 * a publication's template has not brought in.
 */
import { parseIssue } from '../issue/parse.js';
import { renderMail } from '../render/mail.js';
import type { BuiltMail, CheckSettings } from './types.js';

/** Whatever our templates can print is in it; the author's Markdown is plain. */
const SIMPLEST = `---
number: 1
title: A title
date: 2026-01-02
preheader: A preheader
audio: https://example.org/episode.mp3
---
An introduction.

## Highlights

### Subsection

[A title](https://example.org/1) *(An Author)* (summarized by Ann) (H/T Bo): A summary.

**Prerequisites:** [Another](https://example.org/2)

**Read more:** [A third](https://example.org/3)

**Ann's opinion:** An opinion.

## News

* [tag] [A link](https://example.org/4)
`;

/** Without a publication's own templates. */
export async function baselineMail({ publication }: CheckSettings): Promise<BuiltMail> {
  const { issue } = parseIssue(SIMPLEST);
  if (!issue) throw new Error('the simplest issue is none');
  const rendered = await renderMail(issue, publication);
  const html = rendered.html.map((piece) => (typeof piece === 'string' ? piece : '')).join('');
  return { rendered, html };
}
