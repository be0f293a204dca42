/**
 * HTML and CSS in the mail that mail programs do not support, by the data of caniemail.com. Our own
 * templates use such things with care, so only what an author or a publication's template brought
 * in is reported.
 */
import { baselineMail } from '../baseline.js';
import { distinctTags } from '../distinct-tags.js';
import { placeInTemplates } from '../templates.js';
import type { BuiltMail, CheckSettings, Draft } from '../types.js';

/** Feature → clients that lack it. */
type Gaps = Map<string, Set<string>>;

export async function checkClientSupport(
  { html }: BuiltMail,
  settings: CheckSettings,
): Promise<Draft[]> {
  const { clients } = settings.check;
  if (clients.length === 0) return [];
  const known = await knownOf(settings);
  // What our own templates have, too, does nothing that is not known.
  const brought = [...distinctTags(html)].filter((tag) => !known.tags.has(tag));
  return [...(await gapsIn(brought, clients))].flatMap(([feature, lacking]): Draft[] => {
    const others = [...lacking].filter((client) => !known.gaps.get(feature)?.has(client));
    if (others.length === 0) return [];
    const message = `${feature} does not work in ${listOf(others)}`;
    return [{ code: 'client-support', line: 1, message, ...placeOf(feature, settings) }];
  });
}

/** What our own templates bring into every mail. */
interface Known {
  tags: ReadonlySet<string>;
  gaps: Gaps;
}

let baseline: { key: string; known: Promise<Known> } | undefined;

/** Our templates do not change while we run. */
function knownOf(settings: CheckSettings): Promise<Known> {
  const key = JSON.stringify([settings.publication, settings.check.clients]);
  if (baseline?.key !== key) baseline = { key, known: findKnown(settings) };
  return baseline.known;
}

async function findKnown(settings: CheckSettings): Promise<Known> {
  const { html } = await baselineMail(settings);
  const tags = distinctTags(html);
  return { tags, gaps: await gapsIn([...tags], settings.check.clients) };
}

let library: Promise<typeof import('caniemail')> | undefined;

/** The data take long to load: only what checks a mail pays for it. */
function loadCaniemail(): Promise<typeof import('caniemail')> {
  library ??= import('caniemail').then((module) => {
    completeData(module.rawData.data);
    return module;
  });
  return library;
}

async function gapsIn(
  tags: readonly string[],
  families: CheckSettings['check']['clients'],
): Promise<Gaps> {
  const { caniemail, groupIssues } = await loadCaniemail();
  const gaps: Gaps = new Map();
  if (tags.length === 0) return gaps;
  const clients = families.map((family) => `${family}.*` as const);
  const { issues } = caniemail({ clients, html: tags.join('\n') });
  for (const { issue, clients } of groupIssues(issues.errors)) {
    const lacking = gaps.get(issue.title) ?? new Set();
    for (const client of clients) lacking.add(client);
    gaps.set(issue.title, lacking);
  }
  return gaps;
}

/** Of what nobody has tried we cannot say that it fails; caniemail itself gives up there. */
const UNTRIED = { unknown: 'y' };

function completeData(features: readonly { stats: object }[]): void {
  const platforms = new Map<string, Set<string>>();
  for (const { stats } of features) {
    for (const [family, known] of Object.entries(stats)) {
      const names = platforms.get(family) ?? new Set();
      for (const name of Object.keys(known)) names.add(name);
      platforms.set(family, names);
    }
  }
  for (const { stats } of features) {
    const tried: Record<string, object> = { ...stats };
    for (const [family, names] of platforms) {
      const untried = [...names].map((name) => [name, UNTRIED]);
      tried[family] = { ...Object.fromEntries(untried), ...tried[family] };
    }
    Object.assign(stats, tried);
  }
}

/** "outlook.windows" is Outlook on Windows. */
function listOf(clients: string[]): string {
  const names = clients.map((client) => client.replace('.', ' on ').replace(/-/g, ' ')).sort();
  return names.length > 4
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more mail programs`
    : names.join(', ');
}

/** "display:grid" stands as "display: grid", "<svg> element" as "<svg". */
function placeOf(feature: string, { dir }: CheckSettings): { file?: string; line?: number } {
  const word = feature
    .replace(/ (?:element|attribute|property|function|keyword|unit|selector|pseudo-class)$/, '')
    .replace(/>$/, '');
  const pattern = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:/g, ':\\s*');
  return placeInTemplates(dir, new RegExp(pattern, 'i'));
}
