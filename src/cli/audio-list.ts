/** Which issues have an episode, and which only announce one. */
import { join } from 'node:path';
import { formatDuration } from '../archive/duration.js';
import { createEpisodeFiles } from '../archive/episode-files.js';
import { type Episode, enclosureOf } from '../archive/episodes.js';
import { publishedIssues } from '../archive/published.js';
import { AppError } from '../errors.js';
import { watchIssueHeads } from '../issue/issue-folder.js';
import { readIssue } from '../issue/store.js';
import { withoutExpressions } from '../render/neutral.js';
import type { System } from '../system.js';
import { EXIT, type Terminal } from './command.js';
import { formatSize } from './ledger-view.js';

export interface AudioIssue {
  number: number;
  title: string;
  /** `scheduled`: its mail is frozen, and nobody has it yet. */
  stage: 'published' | 'scheduled' | 'draft';
  /** What it names as its audio. */
  audio: string | undefined;
}

/** An issue that was published, is scheduled, or has a file. @throws AppError issue_missing */
export async function audioIssue(system: System, number: number): Promise<AudioIssue> {
  const { config, sends, episodes } = system;
  const send = await sends.get(number);
  const frozen = send?.state === 'scheduled' && (await sends.frozen(number, send.revision));
  if (frozen) return described(frozen.issue, 'scheduled');
  const published = await publishedIssues(config, sends, episodes).get(number);
  if (published) return described(published.issue, 'published');
  const heads = await watchIssueHeads(join(config.dir, 'issues'))();
  const head = heads.find((one) => one.number === number);
  const { issue } = head ? await readIssue(config.dir, head.path, config.publication) : {};
  if (issue) return described(issue, 'draft');
  throw new AppError('issue_missing', `there is no issue ${number}: neither published nor a file`);
}

function described(
  issue: Parameters<typeof withoutExpressions>[0],
  stage: AudioIssue['stage'],
): AudioIssue {
  const { number, title, audio } = withoutExpressions(issue);
  return { number, title, stage, audio };
}

/** `pressrun audio`: those that have one or announce one, newest first. */
export async function listAudio(system: System, terminal: Terminal): Promise<number> {
  const rows = await rowsOf(system);
  for (const { issue, title, state, seconds, bytes, url } of rows) {
    const facts =
      seconds === undefined ? '' : ` ${formatDuration(seconds)}, ${formatSize(bytes ?? 0)}`;
    terminal.print(`${issue}  ${state}${facts}  ${title}`);
    if (url !== undefined) terminal.print(`     ${url}`);
  }
  if (rows.length === 0) terminal.print('no issue has an episode or announces one');
  terminal.document({ episodes: rows });
  return EXIT.ok;
}

interface Row {
  issue: number;
  title: string;
  /** `missing`: its file is not on this host. */
  state: 'attached' | 'announced' | 'missing';
  url?: string;
  bytes?: number;
  seconds?: number;
}

async function rowsOf({ config, sends, episodes }: System): Promise<Row[]> {
  const issues = publishedIssues(config, sends, episodes);
  const files = createEpisodeFiles(config.dataDir);
  const waiting = await episodes.all();
  const rows: Row[] = [];
  for (const { number: issue, title, episode } of await issues.list()) {
    waiting.delete(issue);
    if (episode) rows.push({ issue, title, ...(await stateOf(episode)) });
    else if ((await issues.get(issue))?.issue.audio)
      rows.push({ issue, title, state: 'announced' });
  }
  for (const [issue, episode] of waiting) {
    rows.push({ issue, title: 'not sent yet', ...(await stateOf(episode)) });
  }
  return rows.sort((a, b) => b.issue - a.issue);

  async function stateOf(episode: Episode): Promise<Omit<Row, 'issue' | 'title'>> {
    const { source } = episode;
    const isHere = source.kind === 'url' || (await files.has(source.name));
    const { url, bytes, seconds } = enclosureOf(episode, config.publication.url);
    return { state: isHere ? 'attached' : 'missing', url, bytes, seconds };
  }
}
