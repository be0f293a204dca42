/**
 * References between issues: `<@Title@>` becomes a link to that piece, followed by `(PREFIX #N)`;
 * `(PREFIX #N)` becomes a link to that issue in the archive.
 */
import type { Link as LinkNode, Nodes, PhrasingContent, Text } from 'mdast';
import { oneLine } from './plain-text.js';
import type { IndexedItem, TitleIndex } from './title-index.js';
import type { CrossReference, Finding, Issue, Item } from './types.js';
import { itemsOf, nodeListsOf, visitNodes } from './visit.js';

export interface Publication {
  /** "AN" of `(AN #7)`; without one, issues are named "(#7)" and plain mentions stay text. */
  prefix?: string | undefined;
  /** Base URL of the archive without a trailing slash; without one nothing links there. */
  url?: string | undefined;
}

/**
 * Resolves all references of an issue, in place.
 * @param index all issues known, this one too
 * @returns an error for each that resolves to nothing, a warning for each that leads to a later issue
 */
export function resolveReferences(
  issue: Issue,
  index: TitleIndex,
  publication: Publication,
): Finding[] {
  const resolver = new Resolver(issue.number, index, publication);
  for (const { nodes, item } of nodeListsOf(issue)) resolver.resolve(nodes, item);
  return resolver.findings;
}

/** Titles an issue refers to, each once. */
export function referredTitles(issue: Issue): string[] {
  const titles = new Set<string>();
  for (const { nodes } of nodeListsOf(issue)) {
    visitNodes(nodes, (node) => {
      if (node.type === 'crossReference') titles.add(node.title);
    });
  }
  return [...titles];
}

/** Shorter titles ("News", "Quote of the week") come again without being about the same thing. */
const SHORTEST_TELLING_TITLE = 20;

/** Whether a title says which piece it is the title of. */
export function isTelling(title: string): boolean {
  return oneLine(title).length >= SHORTEST_TELLING_TITLE;
}

/** A warning for each item an earlier issue had under the same title and another address. */
export function findCoveredBefore(
  issue: Issue,
  index: TitleIndex,
  { prefix }: Publication,
): Finding[] {
  return itemsOf(issue).flatMap(({ title, urls, position }): Finding[] => {
    const earlier = isTelling(title) ? index.findEarlierTitle(title, issue.number) : undefined;
    if (!earlier || urls.some((url) => index.findEarlierUrl(url, issue.number))) return [];
    const message = `"${oneLine(title)}" was in ${nameOf(earlier.issueNumber, prefix)} already`;
    return [{ severity: 'warning', code: 'duplicate-coverage', message, line: position.line }];
  });
}

/** A warning for each item whose address an earlier issue had. */
export function findRepeatedUrls(
  issue: Issue,
  index: TitleIndex,
  { prefix }: Publication,
): Finding[] {
  return itemsOf(issue).flatMap(({ urls, position }) =>
    urls.flatMap((url): Finding[] => {
      const earlier = index.findEarlierUrl(url, issue.number);
      if (!earlier) return [];
      const message = `${url} was in ${nameOf(earlier.issueNumber, prefix)} already: "${earlier.title}"`;
      return [{ severity: 'warning', code: 'duplicate-url', message, line: position.line }];
    }),
  );
}

class Resolver {
  readonly findings: Finding[] = [];
  readonly #number: number;
  readonly #index: TitleIndex;
  readonly #publication: Publication;
  readonly #mention: RegExp | undefined;

  constructor(number: number, index: TitleIndex, publication: Publication) {
    this.#number = number;
    this.#index = index;
    this.#publication = publication;
    this.#mention = publication.prefix ? mentionPattern(publication.prefix) : undefined;
  }

  /** Replaces references in a list of nodes and below. */
  resolve(nodes: Nodes[], item: Item | undefined, insideLink = false): void {
    const resolved = nodes.flatMap((node, i): Nodes[] => {
      if (node.type === 'crossReference') {
        return this.#resolveReference(node, item, nodes[i + 1], insideLink);
      }
      if (node.type === 'text') return insideLink ? [node] : this.#linkMentions(node);
      if ('children' in node) this.resolve(node.children, item, insideLink || node.type === 'link');
      return [node];
    });
    nodes.splice(0, nodes.length, ...resolved);
  }

  #resolveReference(
    node: CrossReference,
    item: Item | undefined,
    next: Nodes | undefined,
    insideLink: boolean,
  ): PhrasingContent[] {
    const target = this.#index.findTitle(node.title, this.#number);
    if (!target) {
      this.#reportUnresolved(node, item);
      return [node];
    }
    this.#reportLater(node, target);
    const name = `(${nameOf(target.issueNumber, this.#publication.prefix)})`;
    const [shown] = node.children;
    const url = this.#addressOf(target);
    const linked = url === undefined || insideLink ? shown : linkTo(url, [shown], node);
    // An author who wrote "(AN #7)" behind it has said it already.
    const isNamed = next?.type === 'text' && oneLine(next.value).startsWith(name);
    if (isNamed) return [linked];
    const suffix: Text = { type: 'text', value: ` ${name}`, ...placeOf(node) };
    return [linked, ...(insideLink ? [suffix] : this.#linkMentions(suffix))];
  }

  #reportUnresolved({ written, position }: CrossReference, item: Item | undefined): void {
    const place = item ? `in "${item.title}" ` : '';
    const message = `the reference ${oneLine(written)} ${place}matches the title of no item in any issue`;
    const line = position?.start.line ?? item?.position.line ?? 1;
    this.findings.push({ severity: 'error', code: 'reference-unresolved', message, line });
  }

  #reportLater({ written, position }: CrossReference, { issueNumber }: IndexedItem): void {
    if (issueNumber <= this.#number) return;
    const later = nameOf(issueNumber, this.#publication.prefix);
    const message = `the reference ${oneLine(written)} leads to ${later}, which readers do not have yet`;
    const line = position?.start.line ?? 1;
    this.findings.push({ severity: 'warning', code: 'reference-later', message, line });
  }

  /** The piece itself, or where the archive has what was written about it. */
  #addressOf({ url, issueNumber, id }: IndexedItem): string | undefined {
    const archived = this.#issueUrl(issueNumber);
    return url ?? (archived === undefined ? undefined : `${archived}#${id}`);
  }

  #issueUrl(number: number): string | undefined {
    const { url } = this.#publication;
    return url === undefined ? undefined : `${url}/issues/${number}`;
  }

  /** "(AN #7)", "(AN #7, AN #9)": each a link where the issue is known. */
  #linkMentions(node: Text): PhrasingContent[] {
    const nodes: PhrasingContent[] = [];
    let from = 0;
    const add = (end: number) => {
      if (end > from) nodes.push({ ...node, value: node.value.slice(from, end) });
      from = end;
    };
    for (const { index, name, number } of this.#mentionsIn(node.value)) {
      const url = this.#index.hasIssue(number) ? this.#issueUrl(number) : undefined;
      if (url === undefined) continue;
      add(index);
      from = index + name.length;
      nodes.push(linkTo(url, [{ type: 'text', value: name }], node));
    }
    add(node.value.length);
    return nodes.length === 0 ? [node] : nodes;
  }

  *#mentionsIn(text: string): Generator<{ index: number; name: string; number: number }> {
    if (!this.#mention) return;
    for (const group of text.matchAll(this.#mention)) {
      for (const match of group[0].matchAll(/[^\s(),;][^(),;]*?#(\d+)/g)) {
        const name = match[0].replace(/^and\s+/, '');
        const index = group.index + match.index + match[0].length - name.length;
        yield { index, name, number: Number(match[1]) };
      }
    }
  }
}

/** Brackets that hold nothing but mentions of issues. */
function mentionPattern(prefix: string): RegExp {
  const one = `${prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s+#\\d+`;
  return new RegExp(`\\(${one}(?:(?:[,;]|,?\\s+and)\\s+${one})*\\)`, 'gu');
}

function nameOf(number: number, prefix: string | undefined): string {
  return prefix ? `${prefix} #${number}` : `#${number}`;
}

function linkTo(url: string, children: PhrasingContent[], from: Nodes): LinkNode {
  return { type: 'link', url, title: null, children, ...placeOf(from) };
}

function placeOf({ position }: Nodes) {
  return position ? { position } : {};
}
