/** The mail's HTML as a browser would read it, parsed once for all rules that look into it. */
import { type CheerioAPI, load } from 'cheerio/slim';
import { parse } from 'parse5';
import { adapter } from 'parse5-htmlparser2-tree-adapter';

export interface MailDocument {
  $: CheerioAPI;
  /** In the order of the text; `line` is from 1. */
  errors: { code: string; line: number }[];
}

/** @see https://html.spec.whatwg.org/multipage/parsing.html#parse-errors */
export function parseDocument(html: string): MailDocument {
  const errors: MailDocument['errors'] = [];
  const document = parse(html, {
    treeAdapter: adapter,
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine }) => errors.push({ code, line: startLine }),
  });
  return { $: load(document), errors };
}
