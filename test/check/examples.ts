/** For each rule of `pressrun check`: an issue that breaks it, and one that comes close and does not. */
import type { CheckConfig } from '../../src/config/types.js';
import { type Files, issueSeven } from './publication.js';

export interface Example {
  bad: Files;
  good: Files;
  check?: Partial<CheckConfig>;
  /** The mail must be made for it. */
  ofMail?: true;
}

const ITEM =
  '[The lamp of Eddystone](https://a.example/1) *(Kai)* (summarized by Noor): It was lit.';

const body = (text: string, others: Files = {}): Files => ({
  'issues/7.md': issueSeven(text),
  ...others,
});
const section = (text: string, others: Files = {}): Files => body(`## News\n\n${text}`, others);
const head = (lines: string): Files => ({ 'issues/7.md': issueSeven(`## News\n\n${ITEM}`, lines) });
const link = (url: string, text = 'the tower'): Files =>
  section(`See [${text}](${url}), which fell.`);
const other = (number: number, text: string): Files => ({
  [`issues/${number}.md`]: `---\nnumber: ${number}\ntitle: Number ${number}\n---\n## News\n\n${text}\n`,
});
/** A picture of one dot. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const image = (markdown: string, others: Files = {}): Files => section(markdown, others);
const style = (css: string): Files =>
  section(ITEM, {
    'templates/email/item.html': `<p class="i" style="${css}">{{> item-line}}</p>\n`,
  });

export const EXAMPLES: Record<string, Example> = {
  'comment-unclosed': { bad: section('<!-- check\n\nFog'), good: section('<!-- check -->\n\nFog') },
  'date-invalid': {
    bad: head('title: Fog\ndate: 2026-02-30'),
    good: head('title: Fog\ndate: 2026-02-28'),
  },
  'expression-invalid': {
    bad: section('Dear {{{subscriber.name}}}'),
    good: section('Dear {{subscriber.name}}'),
  },
  'file-empty': { bad: { 'issues/7.md': ' \n' }, good: section('Fog') },
  'file-too-long': {
    bad: { 'issues/7.md': issueSeven('fog '.repeat(250_001)) },
    good: section('Fog'),
  },
  'metadata-invalid': { bad: head('title: Fog: a history'), good: head('title: "Fog: a history"') },
  'nested-too-deeply': {
    bad: section(`${'> '.repeat(120)}Fog`),
    good: section(`${'> '.repeat(20)}Fog`),
  },
  'number-invalid': {
    bad: { 'issues/7.md': '---\nnumber: seven\ntitle: Fog\n---\nFog\n' },
    good: section('Fog'),
  },
  'number-missing': { bad: { 'issues/7.md': '---\ntitle: Fog\n---\nFog\n' }, good: section('Fog') },
  'number-taken': {
    bad: section('Fog', { 'issues/copy.md': issueSeven('Fog') }),
    good: section('Fog', other(8, 'Rain')),
  },
  'opinion-without-summary': {
    bad: section("[Fog](https://a.example/1) *(Kai)*\n\n**Noor's opinion:** Thick."),
    good: section(`${ITEM}\n\n**Noor's opinion:** Bright.`),
  },
  'reference-unresolved': {
    bad: section('As in <@The lamp of Nowhere@>.'),
    good: section(`${ITEM}\n\nAs in <@the lamp of eddystone@>.`),
  },
  'template-invalid': {
    bad: section(ITEM, { 'templates/email/item.html': '{{#if item}}\n' }),
    good: section(ITEM, { 'templates/email/item.html': '<p>{{> item-line}}</p>\n' }),
    ofMail: true,
  },
  'title-missing': { bad: { 'issues/7.md': '---\nnumber: 7\n---\nFog\n' }, good: section('Fog') },

  'duplicate-coverage': {
    bad: section(ITEM, other(6, '[The lamp of Eddystone](https://b.example/2): It was lit.')),
    good: section(ITEM, other(6, 'See <@The lamp of Eddystone@>, and [Fog](https://b.example/2).')),
  },
  'duplicate-url': {
    bad: section(ITEM, other(6, '[Another name](https://a.example/1/): It was lit.')),
    good: section(ITEM, other(6, '[Another](https://a.example/2): It was lit.')),
  },
  'empty-label': {
    bad: section(`${ITEM}\n\n**Read more:**`),
    good: section(`${ITEM}\n\n**Read more:** [B](https://a.example/2)`),
  },
  'empty-section': { bad: body(`## Empty\n\n## News\n\n${ITEM}`), good: section(ITEM) },
  'foreign-merge-tag': { bad: section('Dear *|FNAME|*'), good: section('Write `*|FNAME|*` there') },
  'heading-in-item': {
    bad: section(`${ITEM}\n\n## The lens\n\nGlass.\n\n**Noor's opinion:** Bright.`),
    good: section(`${ITEM}\n\n#### The lens\n\nGlass.\n\n**Noor's opinion:** Bright.`),
  },
  'item-in-intro': { bad: body(`${ITEM}\n\n## News\n\nFog`), good: section(ITEM) },
  'link-without-text': {
    bad: section('See [](https://a.example/1)'),
    good: section('See [a map](https://a.example/1)'),
  },
  'metadata-repeated': {
    bad: head('title: Fog\ndate: 2026-01-01\npublish_date: 2026-01-02'),
    good: head('title: Fog\npublish_date: 2026-01-02'),
  },
  'metadata-unknown': {
    bad: head('title: Fog\npre-header: Rain'),
    good: head('title: Fog\npreheader: Rain'),
  },
  'other-issue-broken': {
    bad: section('Fog', { 'issues/6.md': '---\nnumber: six\ntitle: Six\n---\nRain\n' }),
    good: section('Fog', { 'issues/README.md': 'How we work.\n' }),
  },
  'reference-later': {
    bad: section('As in <@The keeper@>.', other(8, '[The keeper](https://a.example/8): Asleep.')),
    good: section('As in <@The keeper@>.', other(6, '[The keeper](https://a.example/8): Asleep.')),
  },
  'summarizer-missing': {
    bad: section(
      `${ITEM}\n\n[Rain](https://a.example/2) *(Bo)* (summarized by Noor): Wet.\n\n[Hail](https://a.example/3) *(Bo)*: Hard.`,
    ),
    good: section(
      `${ITEM}\n\n[Rain](https://a.example/2) *(Bo)*\n\n### Links\n\n* [Hail](https://a.example/3): Hard.`,
    ),
  },
  'tk-marker': { bad: section('Lit in TK.'), good: section('Tcl/TK and tk') },

  'heading-order': {
    bad: body(`### News\n\n${ITEM}\n\n##### Glass\n\nClear.`),
    good: section(`${ITEM}\n\n#### Glass\n\nClear.\n\n##### Lead\n\nHeavy.`),
  },
  'heading-without-space': {
    bad: section('Fog\n\n##Rain\n\nWet'),
    good: section('Fog\n\n```\n##Rain\n```\n\n#hashtag\n\n## Rain\n\nWet'),
  },
  'preheader-missing': {
    bad: { 'issues/7.md': issueSeven('## News\n\nA letter.') },
    good: head('title: Lighthouses'),
  },
  'preheader-too-long': {
    bad: head(`title: Fog\npreheader: ${'é'.repeat(151)}`),
    good: head(`title: Fog\npreheader: ${'é'.repeat(150)}`),
  },
  'subject-too-long': {
    bad: head(`title: ${'x'.repeat(93)}`),
    good: head(`title: ${'x'.repeat(120)}\nsubject: Fog, {{default subscriber.name "reader"}}`),
  },

  'link-anchor-unknown': {
    bad: link('#no-such-place'),
    good: section(`${ITEM}\n\nBack to [the news](#news).`),
  },
  'link-insecure': { bad: link('http://a.example/fog'), good: link('https://a.example/http:') },
  'link-malformed': {
    bad: link('htps://a.example/fog'),
    good: link('https://fr.wikipedia.org/wiki/Phare_(b%C3%A2timent)'),
  },
  'link-private': {
    bad: link('https://192.168.1.10/draft'),
    good: section('The demo is at http://localhost:8080/ and <https://[::1]:8080/>.'),
  },
  'link-shortened': { bad: link('https://bit.ly/3xYz'), good: link('https://rabbit.ly/3xYz') },
  'link-text-vague': {
    bad: link('https://a.example/1', 'here'),
    good: link('https://a.example/1', 'here is the tower'),
  },
  'link-too-long': {
    bad: link(`https://a.example/?q=${'x'.repeat(2_000)}`),
    good: link(`https://a.example/?q=${'x'.repeat(400)}`),
  },
  'link-tracking': {
    bad: link('https://a.example/fog?utm_source=x'),
    good: link('https://a.example/fog?source=utm_x#fbclid=1'),
  },
  'link-whitespace': {
    bad: link('<https://a.example/the fog>'),
    good: link('https://a.example/the%20fog'),
  },

  'image-missing': {
    bad: image('![A lamp](7/lamp.png)'),
    good: image('![A lamp](7/lamp%201.png)', { 'issues/7/lamp 1.png': 'PNG' }),
  },
  'image-refused': {
    bad: image('![A lamp](7/lamp.png)', { 'issues/7/lamp.png': Buffer.alloc(5_000_001) }),
    good: image('![A lamp](7/lamp.png)', { 'issues/7/lamp.png': Buffer.alloc(5_000_000) }),
  },
  'image-too-large': {
    bad: image('![A lamp](7/lamp.png)', { 'issues/7/lamp.png': Buffer.alloc(1_000_001) }),
    good: image('![A lamp](7/lamp.png)', { 'issues/7/lamp.png': Buffer.alloc(1_000_000) }),
  },
  'image-unsupported': {
    bad: image('![A lamp](https://a.example/lamp.svg?x=1)'),
    good: image('![A lamp](https://a.example/lamp.png?x=.svg) ![One](7/dot.png)', {
      'issues/7/dot.png': DOT,
    }),
  },
  'image-without-alt': {
    bad: image('![](https://a.example/lamp.png)'),
    good: image('![A lamp](https://a.example/lamp.png)'),
  },

  'html-large': {
    bad: section('Fog. '.repeat(8_000)),
    good: section(ITEM),
    check: { warnHtmlBytes: 40_000 },
    ofMail: true,
  },
  'html-too-large': {
    bad: section('Fog. '.repeat(8_000)),
    good: section(ITEM),
    check: { maxHtmlBytes: 40_000 },
    ofMail: true,
  },
  'html-invalid': {
    bad: section(ITEM, { 'templates/email/item.html': '<p id="a" id="b">{{> item-line}}</p>\n' }),
    good: section(ITEM, { 'templates/email/item.html': '<p id="a">{{> item-line}}</p>\n' }),
    ofMail: true,
  },
  'client-support': { bad: style('display:grid'), good: style('padding:0'), ofMail: true },
  'contrast-low': {
    bad: style('color:#999999;background-color:#aaaaaa'),
    good: style('border:1px solid #999999'),
    ofMail: true,
  },
  'unsubscribe-missing': {
    bad: section(ITEM, { 'templates/text/issue.txt': 'Goodbye.\n' }),
    good: section(ITEM, { 'templates/text/issue.txt': 'Leave: {{unsubscribe_url}}\n' }),
    ofMail: true,
  },
};
