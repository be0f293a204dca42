/** An issue of which only its rows are known: highlights first, then category by category. Pure. */
import { IdRegister, slugOf } from '../issue/ids.js';
import type { Issue, Section } from '../issue/types.js';
import type { StoredRow } from './database.js';
import { categoryPath, itemOf } from './item-rows.js';

const HIGHLIGHTS = 'Highlights';
const OTHERS = 'Items';

/** @param prefix of its name, "AN #62": nobody has written down its title */
export function issueOfRows(number: number, rows: readonly StoredRow[], prefix: string): Issue {
  return {
    number,
    title: `${prefix} #${number}`,
    date: undefined,
    subject: undefined,
    preheader: undefined,
    audio: undefined,
    webUrl: undefined,
    extra: {},
    intro: undefined,
    sections: sectionsOf(rows),
    expressions: [],
  };
}

export interface RowGroup<T> {
  /** Section, and subsection where there is one. */
  path: string[];
  rows: T[];
}

/** Rows by the section they belong in, in the order in which sections first appear. */
export function groupRows<T extends { category: string; highlight: boolean }>(
  rows: readonly T[],
): RowGroup<T>[] {
  const groups = new Map<string, RowGroup<T>>();
  for (const row of rows) {
    const path = row.highlight ? [HIGHLIGHTS] : categoryPath(row.category);
    const named = path.length > 0 ? path : [OTHERS];
    const key = JSON.stringify(named);
    const group = groups.get(key) ?? { path: named, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  return [...groups.values()].sort((a, b) => rankOf(a, groups) - rankOf(b, groups));
}

/** Highlights first; subsections of one section stand together, where the first of them stood. */
function rankOf<T>({ path }: RowGroup<T>, groups: Map<string, RowGroup<T>>): number {
  if (path[0] === HIGHLIGHTS) return -1;
  return [...groups.values()].findIndex((group) => group.path[0] === path[0]);
}

function sectionsOf(rows: readonly StoredRow[]): Section[] {
  const ids = new IdRegister();
  for (const { id } of rows) ids.claim(id);
  const sections: Section[] = [];
  let parent: string | undefined;
  for (const { path, rows: members } of groupRows(rows)) {
    const [top = OTHERS, ...below] = path;
    if (top !== parent && below.length > 0) sections.push(section(top, 2, ids));
    parent = top;
    const name = below.length > 0 ? below.join(': ') : top;
    const blocks = members.map((row) => itemOf(row, row.id));
    sections.push({ ...section(name, below.length > 0 ? 3 : 2, ids), blocks });
  }
  return sections;
}

function section(name: string, level: 2 | 3, ids: IdRegister): Section {
  return {
    name,
    heading: [{ type: 'text', value: name }],
    level,
    id: ids.claim(slugOf(name, 'section')),
    blocks: [],
    position: { line: 1, endLine: 1 },
  };
}
