/** Whether what the podcast names can be played from here, and what directories will miss. */
import { createEpisodeFiles } from '../../archive/episode-files.js';
import type { System } from '../../system.js';
import type { Verdict } from './verdict.js';

/** @returns undefined where there is no podcast */
export async function podcastVerdict({
  config,
  episodes,
}: Pick<System, 'config' | 'episodes'>): Promise<Verdict | undefined> {
  const all = await episodes.all();
  if (all.size === 0) return undefined;
  const files = createEpisodeFiles(config.dataDir);
  const missing: number[] = [];
  for (const [issue, { source }] of all) {
    if (source.kind === 'file' && !(await files.has(source.name))) missing.push(issue);
  }
  const troubles = [
    ...(missing.length > 0
      ? [`not on this host: the files of ${missing.join(', ')} (copy .pressrun/audio)`]
      : []),
    ...(config.podcast.image === undefined
      ? ['directories refuse a podcast without podcast.image']
      : []),
  ];
  if (troubles.length > 0) return { kind: 'warn', words: troubles.join('; ') };
  return { kind: 'ok', words: `${all.size} episodes` };
}
