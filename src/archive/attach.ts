/**
 * Attaching an episode to an issue, which may have been sent and frozen long ago: the episode is no
 * part of what was frozen, and only pages and feeds learn of it.
 *
 * A file is kept before it is recorded and removed after it was forgotten, so that what is recorded
 * can always be played. Doing it again changes nothing.
 */
import type { EpisodeFiles } from './episode-files.js';
import type { AudioFacts, Episode, Episodes } from './episodes.js';

/** Where the audio is: a file on this machine, or an address elsewhere. */
export type AudioSource = { kind: 'file'; path: string } | { kind: 'url'; url: string };

export type Attached =
  | { state: 'attached' | 'replaced' | 'unchanged'; episode: Episode }
  | { state: 'removed' | 'none' };

interface Shelf {
  episodes: Episodes;
  files: EpisodeFiles;
}

/** @throws AppError file_unwritable */
export async function attachEpisode(
  issue: number,
  from: AudioSource,
  facts: AudioFacts,
  { episodes, files }: Shelf,
): Promise<Attached> {
  const before = await episodes.get(issue);
  const source: Episode['source'] =
    from.kind === 'url'
      ? from
      : { kind: 'file', name: await files.keep(issue, from.path, facts.type) };
  const episode = { ...facts, source, attachedAt: Date.now() };
  if (before && isSame(before, episode)) return { state: 'unchanged', episode: before };
  await episodes.set(issue, episode);
  await files.discard(issue, source.kind === 'file' ? source.name : undefined);
  return { state: before ? 'replaced' : 'attached', episode };
}

export async function removeEpisode(issue: number, { episodes, files }: Shelf): Promise<Attached> {
  const before = await episodes.get(issue);
  await episodes.remove(issue);
  await files.discard(issue);
  return { state: before ? 'removed' : 'none' };
}

function isSame(one: Episode, other: Episode): boolean {
  const [a, b] = [one, other].map(({ source, type, bytes, seconds }) =>
    JSON.stringify([source.kind === 'url' ? source.url : source.name, type, bytes, seconds]),
  );
  return a === b;
}
