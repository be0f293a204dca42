/**
 * An issue file as an Issue: docs/format.md, rule by rule. Pure; reads nothing but its argument.
 *
 * It must never lose a word or a link of the author: what is no item is free Markdown, what is no
 * Markdown is text. Only comments and empty sections go. It never throws for what a file holds.
 *
 * The way: metadata off the top (metadata.ts) → comments, subscriber expressions and references out
 * of the text (body.ts) → Markdown (markdown.ts) → sections and items (structure.ts) → warnings.
 */
import { readBody } from './body.js';
import { markerNonce } from './expressions.js';
import { Findings } from './findings.js';
import { lintIssue } from './lint.js';
import { lintProse } from './lint-prose.js';
import { parseMarkdown } from './markdown.js';
import { readMetadata } from './metadata.js';
import { pruneSections } from './section-stack.js';
import { MAX_SOURCE_LENGTH, normaliseSource } from './source-text.js';
import { buildStructure } from './structure.js';
import type { Finding, Issue } from './types.js';

export interface ParsedIssue {
  /** Undefined when number or title is missing or the file cannot be read as an issue at all. */
  issue: Issue | undefined;
  /** In the order of the file. Any error means: not to be sent. */
  findings: Finding[];
}

/** @param source the text of the file, in any line ends, with or without byte order mark */
export function parseIssue(source: string): ParsedIssue {
  const findings = new Findings();
  const issue = source.length > MAX_SOURCE_LENGTH ? tooLong(findings) : parse(source, findings);
  return { issue, findings: findings.sorted };
}

function tooLong(findings: Findings): undefined {
  findings.error('file-too-long', 1, 'the file has over a million characters: that is no issue');
  return undefined;
}

function parse(source: string, findings: Findings): Issue | undefined {
  const text = normaliseSource(source);
  if (text.trim() === '') {
    findings.error('file-empty', 1, 'the file is empty');
    return undefined;
  }
  const nonce = markerNonce(text);
  const { bodyStart, number, title, expressions, ...metadata } = readMetadata(
    text,
    nonce,
    findings,
  );
  const body = readBody(text, bodyStart, nonce, expressions.length, findings);
  const nodes = parseMarkdown(body.rewritten.text, body.mentions);
  if (!nodes) {
    const line = body.rewritten.lineAt(0);
    findings.error('nested-too-deeply', line, 'quotes or lists are nested over 100 deep');
    return undefined;
  }
  const identity = { number: number ?? 0, title: title ?? '' };
  const { intro, sections } = buildStructure(nodes, body.rewritten, identity, findings);
  if (number === undefined || title === undefined) return undefined;
  const issue: Issue = {
    number,
    title,
    ...metadata,
    intro,
    sections: pruneSections(sections, findings),
    expressions: [...expressions, ...body.expressions],
  };
  lintIssue(issue, findings);
  lintProse(body.prose, body.rewritten.lineAt(0), findings);
  return issue;
}
