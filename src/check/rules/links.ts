/** Links by their look alone; what they lead to is asked in links/. */
import { schemeOf } from '../../issue/address.js';
import { answersSecurely, isShortener, trackingParameters, withoutClickIds } from '../hosts.js';
import { looksPublic } from '../public-address.js';
import type { Draft, Subject } from '../types.js';
import { type WrittenLink, writtenLinks } from '../written.js';

/** Longer addresses are cut off by some programs on the way. */
const LONGEST_URL = 2_000;

/** Say nothing when read by themselves, as screen readers do (WCAG 2.2, 2.4.4). */
const VAGUE = /^(?:click )?(?:here|this|link|this link|more|read more)[.,:]?$/i;

/** In A-label form; "https://https://a.example" and "https://…" parse too, and lead nowhere. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)$/i;

export function checkLinks(subject: Subject): Draft[] {
  const links = writtenLinks(subject);
  const anchors = anchorsOf(subject);
  // What is wrong with an address is said once.
  const distinct = links.filter(
    ({ url }, index) => links.findIndex((other) => other.url === url) === index,
  );
  return [
    ...distinct.flatMap((link) => checkLink(link, anchors)),
    ...checkEncryption(distinct),
    ...checkTexts(links),
  ];
}

function checkLink(link: WrittenLink, anchors: ReadonlySet<string>): Draft[] {
  const { url, line } = link;
  if (url.startsWith('#')) return checkAnchor(link, anchors);
  if (/\s/.test(url)) {
    const replacement = url.replace(/\s/g, '%20');
    const message = `${url} has a blank in it; written as %20 it works everywhere`;
    return [{ code: 'link-whitespace', line, at: url, replacement, message }];
  }
  // Without a scheme it leads to a file beside the issue.
  if (schemeOf(url) === undefined) return [];
  const parsed = parse(url);
  if (!parsed) {
    const message = `${url} is no address a reader can open; check how it is spelt`;
    return [{ code: 'link-malformed', line, at: url, message }];
  }
  return [...checkHost(link, parsed), ...checkSpelling(link)];
}

function parse(url: string): URL | undefined {
  if (!/^https?:\/\/[^/?#]/i.test(url) || !URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  return HOST.test(parsed.hostname) && !/^https?$/.test(parsed.hostname) ? parsed : undefined;
}

function checkAnchor({ url, line }: WrittenLink, anchors: ReadonlySet<string>): Draft[] {
  if (url === '#' || anchors.has(url.slice(1))) return [];
  const message = `${url} is the anchor of no section or item of this issue`;
  return [{ code: 'link-anchor-unknown', line, at: url, message }];
}

function anchorsOf({ issue }: Subject): Set<string> {
  return new Set(
    issue.sections.flatMap(({ id, blocks }) => [
      id,
      ...blocks.flatMap((block) => (block.kind === 'item' ? [block.id] : [])),
    ]),
  );
}

function checkHost({ url, text, line }: WrittenLink, { hostname, protocol }: URL): Draft[] {
  // An address that is written out is talked about.
  const isShown = text === url;
  if (!looksPublic(hostname)) {
    const message = `${url} leads to ${hostname}, which readers cannot reach`;
    return isShown ? [] : [{ code: 'link-private', line, at: url, message }];
  }
  if (isShortener(hostname)) {
    const message = `${url} hides where it leads; link to the page itself`;
    return [{ code: 'link-shortened', line, at: url, message }];
  }
  return protocol === 'http:' && answersSecurely(hostname) ? [insecure(url, line, hostname)] : [];
}

function insecure(url: string, line: number, hostname: string): Draft {
  const message = `${url} is not encrypted, and ${hostname} answers on https:`;
  const replacement = url.replace(/^http:/i, 'https:');
  return { code: 'link-insecure', line, at: url, message, replacement };
}

/** Whether other sites answer on https: is for the author to try: one finding for all of them. */
function checkEncryption(links: WrittenLink[]): Draft[] {
  const insecure = links.filter(({ url }) => {
    const parsed = parse(url);
    return parsed?.protocol === 'http:' && isReachable(parsed) && !answersSecurely(parsed.hostname);
  });
  const [first] = insecure;
  if (!first) return [];
  const message = `${first.url} is not encrypted${alsoAt(insecure)}; does it answer on https: too?`;
  return [{ code: 'link-insecure', line: first.line, at: first.url, message }];
}

function isReachable({ hostname }: URL): boolean {
  return looksPublic(hostname) && !isShortener(hostname);
}

/** " (also lines 7, 9)" */
function alsoAt([first, ...others]: WrittenLink[]): string {
  const lines = [...new Set(others.map(({ line }) => line))].filter((line) => line !== first?.line);
  if (lines.length === 0) return '';
  return ` (also line${lines.length > 1 ? 's' : ''} ${lines.join(', ')})`;
}

function checkSpelling({ url, line }: WrittenLink): Draft[] {
  const drafts: Draft[] = [];
  if (url.length > LONGEST_URL) {
    const message = `an address of ${url.length} characters: some mail programs cut it off`;
    drafts.push({ code: 'link-too-long', line, at: url, message });
  }
  const { clicks, campaign } = trackingParameters(url);
  if (clicks.length > 0) {
    const message = `${clicks.join(', ')} in ${url} tells the page who copied the link`;
    const replacement = withoutClickIds(url);
    drafts.push({ code: 'link-tracking', line, at: url, replacement, message });
  } else if (campaign.length > 0) {
    const message = `${campaign.join(', ')} in ${url}: is that your campaign, or where the link was copied?`;
    drafts.push({ code: 'link-tracking', line, at: url, message });
  }
  return drafts;
}

/** One finding for all of them: who has this habit has it throughout. */
function checkTexts(links: WrittenLink[]): Draft[] {
  const vague = links.filter(({ text }) => VAGUE.test(text));
  const [first] = vague;
  if (!first) return [];
  const message = `a link named "${first.text}" says nothing by itself${alsoAt(vague)}; name what it leads to`;
  return [{ code: 'link-text-vague', line: first.line, at: `[${first.text}]`, message }];
}
