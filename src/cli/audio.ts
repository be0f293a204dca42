/** `pressrun audio`: the episode of an issue, attached before it is sent or long after. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import {
  type Attached,
  type AudioSource,
  attachEpisode,
  removeEpisode,
} from '../archive/attach.js';
import { inspectRemoteAudio } from '../archive/audio-download.js';
import { inspectAudio } from '../archive/audio-file.js';
import { formatDuration, parseDuration } from '../archive/duration.js';
import { createEpisodeFiles } from '../archive/episode-files.js';
import { AUDIO_TYPES, type AudioFacts, type AudioType, enclosureOf } from '../archive/episodes.js';
import { AppError } from '../errors.js';
import { isElsewhere } from '../issue/address.js';
import type { System } from '../system.js';
import { type AudioIssue, audioIssue, listAudio } from './audio-list.js';
import { action, EXIT, type Terminal } from './command.js';
import { formatSize } from './ledger-view.js';
import { withSystem } from './with-system.js';

interface Options {
  url?: string;
  bytes?: number;
  duration?: number;
  announced?: boolean;
  remove?: boolean;
}

export function registerAudio(program: Command): void {
  const command = program
    .command('audio')
    .argument('[issue]', 'its number; without one, what every issue has is listed', toIssue)
    .argument('[file]', 'an MP3, M4A or Ogg file')
    .description('the episode of an issue: attach it, take it away, or see who has one')
    .option('--url <url>', 'audio that is hosted elsewhere, in place of a file', toUrl)
    .option('--bytes <n>', 'with --url: its length, not to fetch it', toBytes)
    .option('--duration <time>', 'with --url and --bytes: 31:05, 1:02:07 or seconds', toSeconds)
    .option('--announced', 'what the issue itself names as its audio')
    .option('--remove', 'the issue has no episode any more')
    .addHelpText('after', HELP);
  action(command, (terminal, [issue, file], options) =>
    withSystem(terminal, (system) =>
      issue === undefined
        ? listAudio(system, terminal)
        : audio(system, terminal, { number: Number(issue), file, ...(options as Options) }),
    ),
  );
}

const HELP = `
Page, feeds and podcast (/podcast.xml) show an episode within a minute, whether or not its issue was
sent. The file is copied to .pressrun/audio, which backups do not hold: copy it, and give it to every
host that runs "pressrun start web". Audio at an address is fetched once for its length. The same
again changes nothing, another file or address takes the place of the one before.`;

async function audio(
  system: System,
  terminal: Terminal,
  wish: Options & { number: number; file: string | undefined },
): Promise<number> {
  const { number, file, url, announced, remove } = wish;
  const ways = [file, url, announced, remove].filter(Boolean).length;
  if (ways !== 1) throw new AppError('usage', 'say one of FILE, --url, --announced, --remove');
  const shelf = { episodes: system.episodes, files: createEpisodeFiles(system.config.dataDir) };
  if (remove) return told(system, terminal, number, await removeEpisode(number, shelf));
  const issue = await audioIssue(system, number);
  const source = sourceOf(wish, issue, system.config.dir);
  const attached = await attachEpisode(number, source, await factsOf(source, wish), shelf);
  if (issue.stage === 'draft') {
    terminal.note(`Issue ${number} was not sent yet: its mail will say that the episode is up.`);
  }
  if (issue.stage === 'scheduled' && attached.state !== 'unchanged') {
    terminal.note(
      `Issue ${number} is scheduled, and its mail was frozen without this episode: \`pressrun amend ${number}\` freezes it anew.`,
    );
  }
  return told(system, terminal, number, attached);
}

function sourceOf(
  { file, url }: Options & { file: string | undefined },
  issue: AudioIssue,
  dir: string,
): AudioSource {
  if (file !== undefined) return { kind: 'file', path: file };
  if (url !== undefined) return { kind: 'url', url };
  const { audio: named, number } = issue;
  if (named === undefined) {
    throw new AppError('usage', `issue ${number} announces no audio: name a file, or --url`);
  }
  if (!isElsewhere(named)) return { kind: 'file', path: join(dir, 'issues', named) };
  if (!isWebAddress(named)) {
    throw new AppError(
      'usage',
      `issue ${number} announces ${named}: only http and https lead there`,
    );
  }
  return { kind: 'url', url: new URL(named).href };
}

async function factsOf(source: AudioSource, { bytes, duration }: Options): Promise<AudioFacts> {
  if ((bytes === undefined) !== (duration === undefined)) {
    throw new AppError('usage', '--bytes and --duration go together');
  }
  if (source.kind === 'file') {
    if (bytes !== undefined) throw new AppError('usage', '--bytes and --duration are for --url');
    return inspectAudio(source.path);
  }
  if (bytes === undefined || duration === undefined) return inspectRemoteAudio(source.url);
  const type = typeByName(source.url);
  if (type) return { type, bytes, seconds: duration };
  const message =
    'the address does not end in .mp3, .m4a or .ogg: leave --bytes out to have it fetched';
  throw new AppError('usage', message);
}

function typeByName(url: string): AudioType | undefined {
  const { pathname } = new URL(url);
  const types = Object.entries(AUDIO_TYPES) as [AudioType, string][];
  return types.find(([, ending]) => pathname.toLowerCase().endsWith(`.${ending}`))?.[0];
}

async function told(
  { config, presence }: System,
  terminal: Terminal,
  issue: number,
  attached: Attached,
): Promise<number> {
  const { state } = attached;
  if (!('episode' in attached)) {
    terminal.document({ issue, state });
    terminal.print(
      `issue ${issue} ${state === 'removed' ? 'has no episode any more' : 'had no episode'}`,
    );
    return EXIT.ok;
  }
  const { episode } = attached;
  const { url, type, bytes, seconds } = enclosureOf(episode, config.publication.url);
  terminal.document({ issue, state, url, type, bytes, seconds, attachedAt: episode.attachedAt });
  terminal.print(`issue ${issue}: ${state}, ${formatDuration(seconds)}, ${formatSize(bytes)}`);
  terminal.print(url);
  const elsewhere = new Set(
    (await presence.processes()).filter(({ role }) => role === 'web').map(({ host }) => host),
  );
  elsewhere.delete(hostname());
  if (episode.source.kind === 'file' && elsewhere.size > 0) {
    terminal.note(`Copy .pressrun/audio to ${[...elsewhere].join(', ')}: the web runs there, too.`);
  }
  return EXIT.ok;
}

function toIssue(text: string): string {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new InvalidArgumentError('the number of an issue is wanted.');
}

function toUrl(text: string): string {
  if (isWebAddress(text)) return new URL(text).href;
  throw new InvalidArgumentError('an http:// or https:// address is wanted, without a login.');
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

function toBytes(text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number of bytes is wanted.');
}

function toSeconds(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('write it as 31:05, 1:02:07 or in seconds.');
}
