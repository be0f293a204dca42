import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Nodes } from 'mdast';
import { loadSettings } from '../../src/config/load.js';
import { plainText } from '../../src/issue/plain-text.js';
import { loadIssue } from '../../src/issue/store.js';
import type { Issue, Item, Section } from '../../src/issue/types.js';
import { itemsOf, nodeListsOf, visitNodes } from '../../src/issue/visit.js';
import { packageRoot } from '../../src/package-root.js';

const DIR = join(packageRoot(), 'examples', 'envelope');
const NUMBERS = [1, 2, 3] as const;

const issues = new Map<number, Issue>();
const sourceOf = (number: number): string =>
  readFileSync(join(DIR, 'issues', `${number}.md`), 'utf8');

before(async () => {
  const { publication } = await loadSettings(DIR, {});
  for (const number of NUMBERS) {
    const { issue, findings } = await loadIssue(DIR, String(number), publication);
    assert.deepEqual(findings, [], `issue ${number}`);
    issues.set(number, issue);
  }
});

function issueOf(number: number): Issue {
  const issue = issues.get(number);
  assert.ok(issue, `issue ${number}`);
  return issue;
}

const all = (): Issue[] => [...issues.values()];
const allItems = (): Item[] => all().flatMap(itemsOf);

function itemCalled(title: string): Item {
  const found = allItems().find((item) => item.title.startsWith(title));
  assert.ok(found, title);
  return found;
}

function sectionCalled(number: number, name: string): Section {
  const found = issueOf(number).sections.find((section) => section.name === name);
  assert.ok(found, name);
  return found;
}

/** Every node of some issues, parents before their children. */
function nodesOf(list: readonly Issue[]): Nodes[] {
  const found: Nodes[] = [];
  for (const { nodes } of list.flatMap(nodeListsOf)) visitNodes(nodes, (node) => found.push(node));
  return found;
}

const textOf = (issue: Issue): string =>
  nodeListsOf(issue)
    .map(({ nodes }) => plainText(nodes))
    .join('\n');

test('the example publication has a valid configuration that points at this machine', async () => {
  const { publication, smtp } = await loadSettings(DIR, {});
  assert.equal(publication.prefix, 'ENV');
  for (const url of [publication.url, smtp.url]) {
    assert.equal(new URL(url).hostname, '127.0.0.1');
  }
});

test('every item and every opinion is found', () => {
  const counts = NUMBERS.map((number) => {
    const items = itemsOf(issueOf(number));
    const opinions = items.flatMap((item) => item.opinions);
    return { items: items.length, opinions: opinions.length };
  });
  assert.deepEqual(counts, [
    { items: 8, opinions: 5 },
    { items: 10, opinions: 5 },
    { items: 23, opinions: 17 },
  ]);
});

test('one issue is as long as a real one', () => {
  assert.ok(Buffer.byteLength(sourceOf(3)) >= 20_000);
});

test('metadata comes fenced and unfenced, with every key', () => {
  assert.match(sourceOf(1), /^---\n/);
  assert.match(sourceOf(2), /^Title: /);
  const keys = ['date', 'preheader'] as const;
  for (const issue of all())
    for (const key of keys) assert.ok(issue[key], `${issue.number} ${key}`);
  assert.ok(issueOf(2).subject);
  assert.match(issueOf(3).audio ?? '', /^https:/);
});

test('a heading that repeats the title is no section, and a comment leaves no trace', () => {
  const first = issueOf(1);
  assert.ok(sourceOf(1).includes(`\n# ${first.title}\n`));
  assert.ok(first.sections.every(({ name }) => name !== first.title));
  assert.ok(sourceOf(1).includes('<!--'));
  assert.ok(!JSON.stringify(first.intro?.nodes).includes('120 words'));
});

test('readers are named in the text, by themselves, in blocks and in a link', () => {
  const sources = all().flatMap(({ expressions }) => expressions.map(({ source }) => source));
  assert.ok(
    all().every(({ intro, expressions: [first] }) => intro?.source.includes(first?.marker ?? '?')),
  );
  assert.ok(sources.includes('{{default subscriber.name "reader"}}'));
  assert.ok(sources.includes('{{unsubscribe_url}}'));
  assert.ok(sources.some((source) => source.startsWith('{{#if subscriber.city}}')));
});

test('sections have subsections, and highlights are marked', () => {
  for (const issue of all()) {
    assert.ok(
      issue.sections.some(({ level }) => level === 3),
      `issue ${issue.number}`,
    );
    assert.ok(
      itemsOf(issue).some(({ highlight }) => highlight),
      `issue ${issue.number}`,
    );
  }
  assert.deepEqual(itemCalled('Composition Kills').category, ['Mail', 'Authentication']);
});

test('items have many authors, a venue, a year, a hat tip and several links', () => {
  const long = itemCalled('Click Trajectories');
  assert.equal(long.authors.length, 15);
  assert.equal(long.venue, 'IEEE Symposium on Security and Privacy');
  assert.equal(long.year, 2011);
  assert.equal(itemCalled('The case of the 500-mile email').hatTip, 'Bartek');
  assert.equal(itemCalled('Bufferbloat').urls.length, 2);
});

test('an item may have no address, and a title brackets and 100 characters', () => {
  assert.deepEqual(itemCalled('The Victorian Internet').urls, []);
  assert.ok(allItems().some(({ title }) => title.length > 100 && title.includes('(')));
  assert.ok(allItems().some(({ title }) => /^\p{Script=Han}/u.test(title)));
  assert.ok(allItems().some(({ urls }) => urls.some((url) => url.length > 150)));
  assert.ok(allItems().some(({ urls }) => urls.some((url) => url.endsWith('_(computing)'))));
});

test('opinions are by several people, by "me", and by whom the summary names', () => {
  const authorsOf = (title: string) => itemCalled(title).opinions.map(({ by }) => by);
  assert.deepEqual(authorsOf('End-to-End Arguments'), ['Ines', 'Søren']);
  assert.deepEqual(authorsOf('On the Junk Mail Problem'), ['Ines']);
  assert.deepEqual(authorsOf('Maintaining Robust Protocols'), ['Ines']);
  assert.equal(itemCalled('Maintaining Robust Protocols').summarizer, 'Bartek');
});

test('an opinion goes on for several paragraphs, and a link after a label stays with it', () => {
  const [opinion] = itemCalled('End-to-End Arguments').opinions;
  assert.equal(opinion?.text.nodes.length, 2);
  assert.match(
    itemCalled('End-to-End Arguments').readMore?.source ?? '',
    /^\[The Design Philosophy/,
  );
  assert.ok(itemCalled('Duplicate Messages and SMTP').prerequisites);
});

test('references lead to pieces of other issues, in our words or theirs', () => {
  const links = nodesOf([issueOf(3)]).filter((node) => node.type === 'link');
  const leadsTo = (text: string): string | undefined =>
    links.find((link) => plainText([link]) === text)?.url;
  assert.equal(leadsTo('Simple Mail Transfer Protocol'), 'https://www.rfc-editor.org/rfc/rfc5321');
  assert.equal(leadsTo("last week's document"), 'https://www.rfc-editor.org/rfc/rfc9413');
  assert.match(leadsTo('ENV #2') ?? '', /\/issues\/2$/);
  assert.ok(!textOf(issueOf(3)).includes('<@'));
});

test('news are bullets, with tags', () => {
  const news = sectionCalled(3, 'News').blocks.map((block) => block.kind === 'item' && block.tags);
  assert.deepEqual(news, [['video'], ['pdf'], [], [], []]);
});

test('every kind of Markdown is there', () => {
  const nodes = nodesOf(all());
  const kinds = new Set<string>(nodes.map(({ type }) => type));
  for (const kind of ['table', 'blockquote', 'code', 'inlineCode', 'list', 'emphasis', 'strong']) {
    assert.ok(kinds.has(kind), kind);
  }
  const lists = nodes.filter((node) => node.type === 'list');
  assert.ok(
    lists.some(({ ordered }) => ordered),
    'an ordered list',
  );
  const isNested = (node: Nodes): boolean =>
    'children' in node && node.children.some((child) => child.type === 'list');
  assert.ok(
    nodes.some((node) => node.type === 'listItem' && isNested(node)),
    'a nested list',
  );
  const fromDefinition = nodes.find((node) => node.type === 'link' && node.url.endsWith('/rfc761'));
  assert.ok(fromDefinition, 'a reference link');
});

test('the image has a description and is where it says', () => {
  const [image] = nodesOf(all()).filter((node) => node.type === 'image');
  assert.ok(image?.alt);
  assert.ok(statSync(join(DIR, 'issues', image.url)).isFile());
});

test('harmless HTML works and everything else in angle brackets is text', () => {
  const names = nodesOf(all()).flatMap((node) =>
    node.type === 'inlineElement' ? [node.name] : [],
  );
  assert.deepEqual([...new Set(names)].sort(), ['small', 'sub', 'sup']);
  const text = all().map(textOf).join('\n');
  for (const written of [
    "<o, a, o'>",
    '<C(a), i>',
    '<CR><LF>.<CR><LF>',
    '$2,731.88',
    '{{ 1984 }}',
  ]) {
    assert.ok(text.includes(written), written);
  }
});

test('the text is in many scripts', () => {
  const text = NUMBERS.map(sourceOf).join('\n');
  for (const written of ['日本語', 'მადლობა', 'सुनीता', 'Félegyházi', '👩🏽‍🚀', '📬', '½']) {
    assert.ok(text.includes(written), written);
  }
});
