/**
 * Episodes: which issue has which audio. One hash in Redis, read at every look of the archive, so
 * that an episode attached after the fact shows on all web processes within a second. The files
 * themselves lie in `.pressrun/audio/` (episode-files.ts): Redis is no place for 50 MB each.
 */
import type { Keys } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';

/** Types that browsers and podcast programs play, and how files of them end. */
export const AUDIO_TYPES = {
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
} as const;

export type AudioType = keyof typeof AUDIO_TYPES;

/** What is known of audio, wherever it lies. */
export interface AudioFacts {
  type: AudioType;
  bytes: number;
  /** Whole seconds, at least 1. */
  seconds: number;
}

export interface Episode extends AudioFacts {
  /** A file served from here, by its name in `.pressrun/audio/`, or an address elsewhere. */
  source: { kind: 'file'; name: string } | { kind: 'url'; url: string };
  /** Epoch ms. */
  attachedAt: number;
}

/** An episode as pages and feeds name it. */
export interface Enclosure extends AudioFacts {
  /** Absolute. */
  url: string;
}

export interface Episodes {
  /** By issue number. */
  all(): Promise<Map<number, Episode>>;
  get(issue: number): Promise<Episode | undefined>;
  set(issue: number, episode: Episode): Promise<void>;
  remove(issue: number): Promise<void>;
}

export function createEpisodes(redis: RedisClient, keys: Pick<Keys, 'episodes'>): Episodes {
  const parse = (text: string) => JSON.parse(text) as Episode;
  return {
    async all() {
      const fields = await redis.hgetall(keys.episodes);
      return new Map(Object.entries(fields).map(([issue, text]) => [Number(issue), parse(text)]));
    },
    async get(issue) {
      const text = await redis.hget(keys.episodes, String(issue));
      return text === null ? undefined : parse(text);
    },
    async set(issue, episode) {
      await redis.hset(keys.episodes, String(issue), JSON.stringify(episode));
    },
    async remove(issue) {
      await redis.hdel(keys.episodes, String(issue));
    },
  };
}

/** Where own audio is served, below publication.url. */
export const AUDIO_PATH = '/audio';

/** @param url publication.url, or the path of it for our own pages */
export function enclosureOf({ source, type, bytes, seconds }: Episode, url: string): Enclosure {
  const address = source.kind === 'url' ? source.url : `${url}${AUDIO_PATH}/${source.name}`;
  return { url: address, type, bytes, seconds };
}

/**
 * An address that may stand in a mail for ever: that of a file changes with its content, that of the
 * page with the player does not.
 */
export function lastingUrlOf({ source }: Episode, issue: number, url: string): string {
  return source.kind === 'url' ? source.url : `${url}/issues/${issue}#listen`;
}
