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
  const known = await baselineGaps(settings);
  return [...(await gapsIn(html, clients))].flatMap(([feature, lacking]): Draft[] => {
    const brought = [...lacking].filter((client) => !known.get(feature)?.has(client));
    if (brought.length === 0) return [];
    const message = `${feature} does not work in ${listOf(brought)}`;
    return [{ code: 'client-support', line: 1, message, ...placeOf(feature, settings) }];
  });
}

let baseline: { key: string; gaps: Promise<Gaps> } | undefined;

/** Our templates do not change while we run. */
function baselineGaps(settings: CheckSettings): Promise<Gaps> {
  const key = JSON.stringify([settings.publication, settings.check.clients]);
  if (baseline?.key !== key) {
    const gaps = baselineMail(settings).then(({ html }) => gapsIn(html, settings.check.clients));
    baseline = { key, gaps };
  }
  return baseline.gaps;
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

async function gapsIn(mail: string, families: CheckSettings['check']['clients']): Promise<Gaps> {
  const { caniemail, groupIssues } = await loadCaniemail();
  const gaps: Gaps = new Map();
  const clients = families.map((family) => `${family}.*` as const);
  const { issues } = caniemail({ clients, html: distinctTags(mail) });
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
