/** The ways in which archives flatten a mailed issue, each from the mail as we render it. */
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import type { Issue } from '../../src/issue/types.js';
import { renderMail } from '../../src/render/mail.js';
import { filled } from '../render/filled.js';
import { PUBLICATION } from '../render/issue-fixture.js';

type Node = DefaultTreeAdapterMap['node'];

const BLOCK = /^(?:p|div|td|tr|table|h[1-6]|li|ul|ol|blockquote|br|pre|hr)$/;
const UNSEEN = /^(?:style|script|head|title)$/;

interface Style {
  /** What stands for a link. */
  link: (text: string, url: string) => string;
  heading: (text: string, level: number) => string;
}

const lost = (text: string) => text;

export const WAYS = [
  'the text part',
  'the text part on one line',
  'the text part, quoted',
  'one line, links lost, headings in capitals',
  'one line, links lost, headings as written',
  'one line, links in [brackets]',
  'one line, links in (brackets)',
  'one line, links in <brackets>',
  'a line a paragraph, links lost',
  'a line a paragraph, headings as written',
  'a line a paragraph, emoji before headings',
  'one line, emoji before headings',
  'wrapped at 72',
  'wrapped at 72, no blank lines',
  'quoted-printable left in it',
  'Mailchimp plain text',
  'the HTML',
  'a mail',
] as const;

/** Name → the issue, flattened that way. */
export async function flattenings(issue: Issue): Promise<Map<string, string>> {
  const mail = await renderMail(issue, PUBLICATION);
  const text = filled(mail.text);
  const html = filled(mail.html);
  const upper = (heading: string) => heading.toUpperCase();
  const paragraphs = (style: Partial<Style> = {}) =>
    fromHtml(html, { link: lost, heading: upper, ...style });
  const oneLine = (value: string) => value.replace(/\s+/g, ' ').trim();
  return new Map([
    ['the text part', text],
    ['the text part on one line', oneLine(text)],
    ['the text part, quoted', text.replace(/^/gm, '> ')],
    ['one line, links lost, headings in capitals', oneLine(paragraphs())],
    ['one line, links lost, headings as written', oneLine(paragraphs({ heading: lost }))],
    ['one line, links in [brackets]', oneLine(paragraphs({ link: (t, url) => `${t} [${url}]` }))],
    ['one line, links in (brackets)', oneLine(paragraphs({ link: (t, url) => `${t} (${url})` }))],
    ['one line, links in <brackets>', oneLine(paragraphs({ link: (t, url) => `${t} <${url}>` }))],
    ['a line a paragraph, links lost', paragraphs()],
    ['a line a paragraph, headings as written', paragraphs({ heading: lost })],
    ['a line a paragraph, emoji before headings', paragraphs({ heading: (h) => `🔬 ${h}` })],
    ['one line, emoji before headings', oneLine(paragraphs({ heading: (h) => `🔬 ${h}` }))],
    ['wrapped at 72', wrap(paragraphs(), 72)],
    ['wrapped at 72, no blank lines', wrap(paragraphs(), 72).replace(/\n{2,}/g, '\n')],
    ['quoted-printable left in it', quotedPrintable(wrap(paragraphs(), 500))],
    [
      'Mailchimp plain text',
      paragraphs({
        link: (t, url) => `${t} (${url})`,
        heading: (h) => `** ${h}\n${'-'.repeat(60)}`,
      }),
    ],
    ['the HTML', html],
    ['a mail', eml(html)],
  ]);
}

function fromHtml(html: string, style: Style): string {
  const walk = (node: Node): string => {
    if (node.nodeName === '#text' && 'value' in node) return node.value.replace(/\s+/g, ' ');
    if (UNSEEN.test(node.nodeName) || !('childNodes' in node)) return '';
    const inner = node.childNodes.map(walk).join('');
    const attribute = (name: string) =>
      'attrs' in node ? node.attrs.find((attr) => attr.name === name)?.value : undefined;
    if (attribute('style')?.includes('display:none')) return '';
    const href = attribute('href');
    if (node.nodeName === 'a' && href && !href.startsWith('#') && inner.trim() !== '')
      return style.link(inner, href);
    const level = /^h([1-6])$/.exec(node.nodeName)?.[1];
    if (level !== undefined) return `\n\n${style.heading(inner.trim(), Number(level))}\n\n`;
    return BLOCK.test(node.nodeName) ? `\n\n${inner}\n\n` : inner;
  };
  return walk(parse(html))
    .replace(/[ \t]*\n[ \t]*/g, '\n')
    .replace(/\n{2,}/g, '\n\n')
    .trim();
}

function wrap(text: string, width: number): string {
  return text.replace(/[^\n]+/g, (line) => {
    let used = 0;
    return line
      .split(' ')
      .map((word, i) => {
        const breaks = i > 0 && used + 1 + word.length > width;
        used = breaks ? word.length : used + word.length + (i > 0 ? 1 : 0);
        return (i === 0 ? '' : breaks ? '\n' : ' ') + word;
      })
      .join('');
  });
}

function quotedPrintable(text: string): string {
  const encoded = [...Buffer.from(text)].map((byte) =>
    byte > 126 || byte === 61
      ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(byte),
  );
  let column = 0;
  return encoded
    .map((token) => {
      if (token === '\n') column = 0;
      const soft = column + token.length > 75 ? '=\n' : '';
      column = soft ? token.length : column + (token === '\n' ? 0 : token.length);
      return soft + token;
    })
    .join('');
}

function eml(html: string): string {
  const body = Buffer.from(html).toString('base64').replace(/.{76}/g, '$&\r\n');
  return `From: Ada <ada@slow.example>\r\nSubject: =?utf-8?Q?=5BSSW_=2377=5D=3A_A_title?=\r\nDate: Wed, 27 May 2020 17:02:11 -0700\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}\r\n`;
}
