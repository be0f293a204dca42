/**
 * Which colours the texts of a mail have and stand on, as a mail program would work it out from
 * style sheets, inline styles and bgcolor, in light or dark mode.
 *
 * Only what decides colours is looked at: conditions other than the mode, pseudo-classes, and
 * backgrounds that are no plain colour are passed over.
 */
import {
  type CssAtRuleAST,
  type CssDeclarationAST,
  CssTypes,
  parse as parseCss,
} from '@adobe/css-tools';
import type { CheerioAPI } from 'cheerio/slim';
import type { AnyNode, Element } from 'domhandler';
import { type Color, parseColor } from '../color.js';
import { remember } from '../issue/remember.js';

export type Mode = 'light' | 'dark';

/** A stretch of text and its colours. */
export interface ColouredText {
  text: string;
  color: Color;
  background: Color;
}

interface StyleRule {
  selectors: string[];
  declarations: Declaration[];
}

interface Declaration {
  property: 'color' | 'background';
  color: Color;
  isImportant: boolean;
}

/** What wins is the greatest: important, then specificity, then order. */
type Rank = number;

interface Own {
  color?: { value: Color; rank: Rank };
  background?: { value: Color; rank: Rank };
}

const IMPORTANT = 1e9;
const INLINE = 1e8;
const MOST_RULES = 1e4;
const UNSEEN = new Set(['head', 'style', 'script', 'title', 'template', 'noscript']);

/** What a document has its colours from, found once for both modes. */
interface Sources {
  $: CheerioAPI;
  sheets: CssAtRuleAST[][];
  /** The elements of a selector. */
  select: (selector: string) => readonly Element[];
}

/** @returns every text of a document in a mode, once for each pair of colours */
export function colouredTexts($: CheerioAPI): (mode: Mode) => ColouredText[] {
  const sources = {
    $,
    sheets: sheetsOf($),
    select: remember(500, (selector) => select($, selector)),
  };
  return (mode) => textsIn($, ownColours(sources, mode));
}

function textsIn($: CheerioAPI, own: Map<AnyNode, Own>): ColouredText[] {
  const found = new Map<string, ColouredText>();
  const walk = (node: AnyNode, color: Color, background: Color): void => {
    if (node.type === 'text') {
      const text = node.data.trim();
      const key = `${color} ${background}`;
      if (/[\p{L}\p{N}]/u.test(text) && !found.has(key))
        found.set(key, { text, color, background });
      return;
    }
    if (!('children' in node)) return;
    if ('tagName' in node && isUnseen(node)) return;
    const declared = node.type === 'tag' ? own.get(node) : undefined;
    const inner = declared?.color?.value ?? color;
    const behind = declared?.background?.value ?? background;
    for (const child of node.children) walk(child, inner, behind);
  };
  for (const node of $.root().toArray()) walk(node, [0, 0, 0], [255, 255, 255]);
  return [...found.values()];
}

function isUnseen({ tagName, attribs }: Element): boolean {
  return UNSEEN.has(tagName) || /display\s*:\s*none/i.test(attribs.style ?? '');
}

function ownColours({ $, sheets, select }: Sources, mode: Mode): Map<AnyNode, Own> {
  const own = new Map<AnyNode, Own>();
  const set = (element: AnyNode, { property, color, isImportant }: Declaration, rank: Rank) => {
    const full = rank + (isImportant ? IMPORTANT : 0);
    const known = own.get(element) ?? {};
    if ((known[property]?.rank ?? -1) > full) return;
    own.set(element, { ...known, [property]: { value: color, rank: full } });
  };
  $('[bgcolor]').each((_, element) => {
    const color = parseColor(element.attribs.bgcolor ?? '');
    if (color) set(element, { property: 'background', color, isImportant: false }, 0);
  });
  rulesOf(sheets, mode).forEach(({ selectors, declarations }, order) => {
    for (const selector of selectors) {
      for (const element of select(selector)) {
        const rank = specificityOf(selector) * MOST_RULES + order;
        for (const declaration of declarations) set(element, declaration, rank);
      }
    }
  });
  $('[style]').each((_, element) => {
    for (const declaration of inlineDeclarations(element.attribs.style ?? '')) {
      set(element, declaration, INLINE);
    }
  });
  return own;
}

function sheetsOf($: CheerioAPI): CssAtRuleAST[][] {
  const sheets = $('style').toArray();
  return sheets.map((sheet) => parseCss($(sheet).text(), { silent: true }).stylesheet.rules);
}

function rulesOf(sheets: Sources['sheets'], mode: Mode): StyleRule[] {
  return sheets.flat().flatMap((rule): StyleRule[] => {
    if (rule.type === CssTypes.rule) return styleRule(rule.selectors, rule.declarations);
    if (rule.type !== CssTypes.media || mode === 'light') return [];
    if (!/^\(prefers-color-scheme:\s*dark\)$/.test(rule.media.trim())) return [];
    return rule.rules.flatMap((inner) =>
      inner.type === CssTypes.rule ? styleRule(inner.selectors, inner.declarations) : [],
    );
  });
}

function styleRule(selectors: string[], declarations: readonly { type: string }[]): StyleRule[] {
  const colours = declarations.flatMap((declaration) =>
    declaration.type === CssTypes.declaration
      ? declarationOf(declaration as CssDeclarationAST)
      : [],
  );
  return colours.length > 0 ? [{ selectors, declarations: colours }] : [];
}

function declarationOf({ property, value }: { property: string; value: string }): Declaration[] {
  const name = property.trim().toLowerCase();
  const color = parseColor(value.replace(/!\s*important\s*$/i, ''));
  const isImportant = /!\s*important\s*$/i.test(value);
  if (!color) return [];
  if (name === 'color') return [{ property: 'color', color, isImportant }];
  const isBackground = name === 'background' || name === 'background-color';
  return isBackground ? [{ property: 'background', color, isImportant }] : [];
}

/** A mail has a few styles hundreds of times. */
const inlineDeclarations = remember(500, (style) =>
  style.split(';').flatMap((written) => {
    const colon = written.indexOf(':');
    if (colon < 0) return [];
    return declarationOf({ property: written.slice(0, colon), value: written.slice(colon + 1) });
  }),
);

function select($: CheerioAPI, selector: string): Element[] {
  // States such as :hover are nobody's until something happens.
  if (/:(?!first-child|last-child|not\(|nth-)/.test(selector)) return [];
  try {
    return $(selector)
      .toArray()
      .filter((node): node is Element => node.type === 'tag');
  } catch {
    return [];
  }
}

/** Close enough for mails: ids, then classes, then elements. */
function specificityOf(selector: string): number {
  const count = (pattern: RegExp) => selector.match(pattern)?.length ?? 0;
  return Math.min(
    count(/#[\w-]+/g) * 400 + count(/\.[\w-]+|\[|:[a-z]/g) * 20 + count(/(?:^|[\s>+~])[a-z]/gi),
    9_000,
  );
}
