/** What an issue's page says of its audio: a player, or that there is to be one. */
import { formatDuration } from '../archive/duration.js';
import { type AudioFacts, enclosureOf } from '../archive/episodes.js';
import type { IssueListing } from '../archive/published.js';
import { isElsewhere } from '../issue/address.js';
import { linkTarget } from '../render/links.js';

export interface Listening {
  listen?: Pick<AudioFacts, 'type' | 'seconds'> & {
    /** Absolute, for programs elsewhere. */
    url: string;
    /** For the page itself: wherever that is read, its audio is beside it. */
    src: string;
    /** "31:05" */
    duration: string;
    /** "28.4" */
    megabytes: string;
  };
  announced?: {
    /** Where it will be; undefined when it will be here. */
    url: string | undefined;
    mayBeMissing: boolean;
  };
}

/**
 * @param announced what the issue names as its audio
 * @param url publication.url
 * @param base what links on our pages begin with
 */
export function listening(
  { episode, publishedAt }: Pick<IssueListing, 'episode' | 'publishedAt'>,
  announced: string | undefined,
  { url, base }: { url: string; base: string },
): Listening {
  if (episode) {
    const { type, seconds, bytes, url: address } = enclosureOf(episode, url);
    const { url: src } = enclosureOf(episode, base);
    const megabytes = (bytes / 1_000_000).toFixed(1);
    return {
      listen: { url: address, src, type, seconds, duration: formatDuration(seconds), megabytes },
    };
  }
  if (announced === undefined) return {};
  const address = isElsewhere(announced) ? linkTarget(announced, url) : undefined;
  // What was published before pressrun has its episode for long, or never got one.
  const mayBeMissing = publishedAt !== undefined;
  if (!mayBeMissing && address === undefined) return {};
  return { announced: { url: address, mayBeMissing } };
}
