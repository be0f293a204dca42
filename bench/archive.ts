/** The archive under load: pages of 5,000 made-up summaries, asked for on ten connections. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchivedItem } from '../src/archive/digest.js';
import type { BenchOptions } from './options.js';
import { CpuMeter } from './process.js';
import { Publication, Web } from './publication.js';
import { type Answer, askSteadily, CONNECTIONS, percentile, type Request } from './requests.js';
import { madeUp } from './search.js';
import { number, table } from './table.js';

const ITEMS = 5_000;
const PER_ISSUE = 15;
const QUERIES = 500;
/** The example publication has those before it. */
const FIRST_ISSUE = 4;
const SECONDS = 10;

export interface ArchiveFigures {
  items: number;
  /** Until the first page was there, in the time of the start. */
  firstPageSeconds: number;
  connections: number;
  pages: PageFigures[];
}

export interface PageFigures {
  page: string;
  status: number;
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the web process, a request. */
  cpuMicros: number;
}

/** With fewer than 10,000 recipients a first look: as many items at most, and short. */
export async function loadArchive({ recipients, profile }: BenchOptions): Promise<ArchiveFigures> {
  const isQuick = recipients < 10_000;
  const { items, queries } = madeUp(isQuick ? Math.min(ITEMS, recipients) : ITEMS, QUERIES);
  const publication = new Publication({ archivedBefore: 1_000_000, profile });
  await publication.make();
  try {
    const issues = Math.ceil(items.length / PER_ISSUE);
    for (let n = 0; n < issues; n++) {
      const file = join(publication.dir, 'issues', `${FIRST_ISSUE + n}.md`);
      const own = items.slice(n * PER_ISSUE, (n + 1) * PER_ISSUE);
      await writeFile(file, issueOf(FIRST_ISSUE + n, own));
    }
    const web = await Web.start(publication);
    try {
      const startedAt = performance.now();
      const one = `/issues/${FIRST_ISSUE + Math.floor(issues / 2)}`;
      const known = async (path: string): Promise<Request> => ({
        path,
        headers: { 'if-none-match': await firstTag(`${web.url}${path}`) },
      });
      const knownIssue = await known(one);
      const firstPageSeconds = (performance.now() - startedAt) / 1000;
      const pages: [string, Request[]][] = [
        ['/issues', [{ path: '/issues' }]],
        ['/issues/N', [{ path: one }]],
        ['/issues/N, known', [knownIssue]],
        ['/search', queries.map((text) => ({ path: `/search?q=${encodeURIComponent(text)}` }))],
        ['/feed.xml', [{ path: '/feed.xml' }]],
        ['/feed.xml, known', [await known('/feed.xml')]],
      ];
      const figures: PageFigures[] = [];
      for (const [page, requests] of pages) {
        const meter = new CpuMeter([web.pid]);
        const seconds = isQuick ? 1 : SECONDS;
        const answers = await askSteadily(web.url, requests, seconds);
        figures.push(figuresOf(page, answers, seconds, meter.usedMicros()));
      }
      return { items: items.length, firstPageSeconds, connections: CONNECTIONS, pages: figures };
    } finally {
      await web.end();
    }
  } finally {
    await publication.remove();
  }
}

/** While the issues are read for the first time, those who ask are told to come again. */
async function firstTag(url: string): Promise<string> {
  for (;;) {
    const { status, headers } = await fetch(url);
    if (status === 200) return headers.get('etag') ?? '';
  }
}

function figuresOf(
  page: string,
  answers: readonly Answer[],
  seconds: number,
  cpuMicros: number,
): PageFigures {
  const [status = 0, ...others] = new Set(answers.map((answer) => answer.status));
  if (others.length > 0) throw new Error(`${page} was answered with ${[status, ...others]}`);
  const times = answers.map(({ ms }) => ms);
  return {
    ...{ page, status, requests: answers.length, perSecond: answers.length / seconds },
    ...{ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) },
    cpuMicros: cpuMicros / answers.length,
  };
}

export function archiveTable({ items, firstPageSeconds, pages }: ArchiveFigures): string {
  const start = `${number(items)} items, all read ${number(firstPageSeconds, 1)} s after the start`;
  const rows = table([
    ['page', 'status', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request'],
    ...pages.map(({ page, status, perSecond, p50Ms, p99Ms, cpuMicros }) => [
      ...[page, `${status}`, number(perSecond), number(p50Ms, 1), number(p99Ms, 1)],
      number(cpuMicros),
    ]),
  ]);
  return `${start}\n\n${rows}`;
}

/** The items as an issue file (docs/format.md), each under its category. */
function issueOf(issue: number, items: readonly ArchivedItem[]): string {
  const head = `---\nnumber: ${issue}\ntitle: Issue ${issue}\ndate: 2026-05-27\n---\n`;
  return `${head}\n${items.map(sectionOf).join('\n')}`;
}

function sectionOf({ title, url, authors, category, summarizer, summary, opinions }: ArchivedItem) {
  return `## ${category.join(': ')}

[${title}](${url}) *(${authors.join(', ')})* (summarized by ${summarizer}): ${summary}

**${summarizer}'s opinion:** ${opinions}
`;
}
