/**
 * Where in HTML a marker stands, by the tokenizer a browser would use; what a subscriber typed is
 * escaped for that place.
 * @see https://html.spec.whatwg.org/multipage/parsing.html#tokenization
 */
import { type Token, Tokenizer, TokenizerMode } from 'parse5';
import type { FoundMarker } from './markers.js';
import type { SlotContext } from './slots.js';

/** `urlpart`: inside of a URL whose beginning is fixed. */
export type Context = SlotContext | 'urlpart';

export type Place = { kind: 'safe'; context: Context } | { kind: 'unsafe'; where: string };

interface Region {
  start: number;
  end: number;
  /** The place of a marker at `offset` within the region. */
  placeAt: (offset: number) => Place;
}

const RAW_TEXT = new Set(['style', 'script', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext']);
const ESCAPABLE_RAW_TEXT = new Set(['title', 'textarea']);
const URL_ATTRIBUTES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'background',
  'cite',
  'poster',
  'data',
  'xlink:href',
]);
/** Values of these are code, style or another document: no escaping makes a field safe there. */
const CODE_ATTRIBUTES = /^(?:on.*|style|srcdoc|srcset|ping|content|http-equiv)$/;

const unsafe = (where: string): Place => ({ kind: 'unsafe', where });
const safe = (context: Context): Place => ({ kind: 'safe', context });

/**
 * @param html a document or a fragment that begins and ends in text
 * @param markers the markers in it
 * @returns the place of each marker, in their order
 */
export function placesIn(html: string, markers: FoundMarker[]): Place[] {
  const { regions } = tokenize(html);
  let next = 0;
  return markers.map(({ offset }) => {
    while ((regions[next]?.end ?? Number.POSITIVE_INFINITY) <= offset) next += 1;
    const region = regions[next];
    if (region === undefined || region.start > offset)
      return unsafe('a tag, outside of a quoted value');
    return region.placeAt(offset);
  });
}

/** Whether a fragment leaves the reader in text: no tag, comment or raw element is left open. */
export function endsInText(html: string): boolean {
  return tokenize(html).endsInText;
}

function tokenize(html: string): { regions: Region[]; endsInText: boolean } {
  const regions: Region[] = [];
  let rawElement: string | undefined;
  let cutOff = false;
  const add = (location: Token.Location | null, placeAt: Region['placeAt']) => {
    if (location !== null) {
      regions.push({ start: location.startOffset, end: location.endOffset, placeAt });
    }
  };
  const text = (token: Token.CharacterToken) => {
    const place = rawElement === undefined ? safe('html') : unsafe(`<${rawElement}>`);
    add(token.location, () => place);
  };
  const tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: true },
    {
      onCharacter: text,
      onWhitespaceCharacter: text,
      onNullCharacter: text,
      onComment: (token) => add(token.location, () => unsafe('a comment')),
      onDoctype: (token) => add(token.location, () => unsafe('the doctype')),
      onEndTag: () => {
        rawElement = undefined;
      },
      onEof: () => undefined,
      onParseError: ({ code }) => {
        cutOff ||= code.startsWith('eof-');
      },
      onStartTag: (token) => {
        for (const region of attributeRegions(html, token)) regions.push(region);
        if (RAW_TEXT.has(token.tagName)) {
          tokenizer.state = TokenizerMode.RAWTEXT;
          rawElement = token.tagName;
        } else if (ESCAPABLE_RAW_TEXT.has(token.tagName)) {
          tokenizer.state = TokenizerMode.RCDATA;
        }
      },
    },
  );
  tokenizer.write(html, true);
  regions.sort((a, b) => a.start - b.start);
  return { regions, endsInText: !cutOff && tokenizer.state === TokenizerMode.DATA };
}

function attributeRegions(html: string, token: Token.TagToken): Region[] {
  const regions: Region[] = [];
  for (const [name, location] of Object.entries(token.location?.attrs ?? {})) {
    const source = html.slice(location.startOffset, location.endOffset);
    const value = /^[^=]*?=\s*(["'])/.exec(source);
    if (value === null) continue;
    const start = location.startOffset + value[0].length;
    regions.push({
      start,
      end: location.endOffset - 1,
      placeAt: (offset) => attributePlace(name, html.slice(start, offset)),
    });
  }
  return regions;
}

function attributePlace(name: string, before: string): Place {
  if (CODE_ATTRIBUTES.test(name)) return unsafe(`the attribute ${name}`);
  if (!URL_ATTRIBUTES.has(name)) return safe('attr');
  return safe(before.trim() === '' ? 'url' : 'urlpart');
}

/** Where in plain text a marker stands: within a URL, or not. */
export function plainContext(text: string, offset: number): Context {
  const word = /\S*$/.exec(text.slice(Math.max(0, offset - 2000), offset))?.[0] ?? '';
  return /:\/\/|mailto:/i.test(word) ? 'urlpart' : 'plain';
}
