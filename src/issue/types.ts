/**
 * The Issue: one newsletter as structured data. Everything a reader ever meets (mail, archive page,
 * feed, search, sheet) is made from this; nothing downstream parses Markdown again.
 *
 * Markdown is kept as mdast (https://github.com/syntax-tree/mdast) with positions in the issue
 * file, so that every later message can name file and line.
 */
import type { Parent, PhrasingContent, RootContent, Text } from 'mdast';

/** `<@Title@>` or `<@text@>(@Title@)`, until {@link resolveReferences} makes it a link. */
export interface CrossReference extends Parent {
  type: 'crossReference';
  /** The title referred to. */
  title: string;
  /** As the author typed it. */
  written: string;
  children: [Text];
  data: { hName: 'span' };
}

/** `<small>`, `<sub>` or `<sup>`; `data.hName` says which to mdast-util-to-hast. */
export interface InlineElement extends Parent {
  type: 'inlineElement';
  name: 'small' | 'sub' | 'sup';
  children: PhrasingContent[];
  data: { hName: 'small' | 'sub' | 'sup' };
}

declare module 'mdast' {
  interface PhrasingContentMap {
    crossReference: CrossReference;
    inlineElement: InlineElement;
  }
  interface RootContentMap {
    crossReference: CrossReference;
    inlineElement: InlineElement;
  }
}

/** Where something stands in the issue file. Lines from 1. */
export interface Position {
  line: number;
  endLine: number;
}

/** Free Markdown: a run of blocks that belong together. */
export interface Markdown {
  /** The author's own text, as written. */
  source: string;
  /**
   * The same, parsed: comments gone, reference links and footnotes resolved, HTML turned into
   * nodes or text (there are no `html`, `definition`, `linkReference`, `footnoteReference` nodes).
   */
  nodes: RootContent[];
  position: Position;
}

export interface Link {
  /** Text of the link without markup. */
  text: string;
  url: string;
}

export interface Opinion {
  /** "Rohin"; undefined only for "My opinion" in an item without a summarizer. */
  by: string | undefined;
  text: Markdown;
}

/** One summarised or linked piece. */
export interface Item {
  kind: 'item';
  /** Stable across edits of the item's text: from the issue number and the title, unique in the issue. */
  id: string;
  title: string;
  /** The first link is the piece; empty when the piece has no URL. */
  links: Link[];
  urls: string[];
  authors: string[];
  venue: string | undefined;
  year: number | undefined;
  /** Section and subsection names, outermost first. */
  category: string[];
  highlight: boolean;
  summarizer: string | undefined;
  /** "H/T": to whom the tip is owed. */
  hatTip: string | undefined;
  summary: Markdown | undefined;
  /**
   * What stood between the head line and the summary, as written: ": ", " ", " – ", ". "; a blank
   * line ("\n\n") when the summary is a paragraph of its own.
   */
  separator: string;
  opinions: Opinion[];
  prerequisites: Markdown | undefined;
  readMore: Markdown | undefined;
  /** `[video]`, `[pdf]` before a bullet's link. */
  tags: string[];
  position: Position;
}

export interface MarkdownBlock extends Markdown {
  kind: 'markdown';
}

export type Block = Item | MarkdownBlock;

/** Sections are flat and ordered; `level` 3 is a subsection of the nearest level 2 (or 1) above. */
export interface Section {
  /** The heading without markup. */
  name: string;
  /** The heading as written; may hold links. */
  heading: PhrasingContent[];
  level: 1 | 2 | 3;
  /** Anchor, unique in the issue. */
  id: string;
  blocks: Block[];
  position: Position;
}

export interface Issue {
  number: number;
  title: string;
  /** Calendar date YYYY-MM-DD; may be missing until the issue is sent. */
  date: string | undefined;
  /** As written; the default is made at rendering from the publication's prefix and the title. */
  subject: string | undefined;
  preheader: string | undefined;
  /** URL or file name of the episode. */
  audio: string | undefined;
  /** Address of an existing web version elsewhere. */
  webUrl: string | undefined;
  /** Metadata keys the format does not know, kept as written. */
  extra: Record<string, unknown>;
  intro: Markdown | undefined;
  sections: Section[];
  /** Subscriber expressions of the author, by marker (see render/slots.ts). */
  expressions: Expression[];
}

/**
 * A subscriber expression (`{{subscriber.name}}`) the author typed. It is taken out of the text
 * before Markdown sees it; `marker` stands in its place in every node and source.
 */
export interface Expression {
  marker: string;
  /** The Handlebars source, from the opening to the closing braces. */
  source: string;
  line: number;
}

export type Severity = 'error' | 'warning';

/** One finding about an issue file. */
export interface Finding {
  severity: Severity;
  /** Stable: `opinion-without-summary`. */
  code: string;
  message: string;
  line: number;
}
