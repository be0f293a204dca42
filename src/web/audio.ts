/**
 * `/audio/101-….mp3`: episodes that are served from here, in parts as players ask for them.
 *
 * A file is given out only while it is its issue's episode. The address of one that was replaced
 * leads to the present one: it stands in mails, in players and in other people's pages.
 *
 * @see RFC 9110 §14 (range requests)
 */
import send from '@fastify/send';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createEpisodeFiles, parseEpisodeName } from '../archive/episode-files.js';
import { AUDIO_PATH, type Episodes, enclosureOf } from '../archive/episodes.js';
import type { Config } from '../config/types.js';
import { forEverySite, isNotModified, setFreshness, setImmutable } from './caching.js';
import { HttpError } from './error-pages.js';
import { onlyMethods } from './methods.js';

/** Who listens while downloading takes as long as the episode. */
const HANDLE_WITHIN_MS = 6 * 3_600_000;
const MOVED_FRESH_S = 60;

interface AudioDependencies {
  config: Config;
  episodes: Pick<Episodes, 'get'>;
}

export function registerAudio(app: FastifyInstance, { config, episodes }: AudioDependencies): void {
  const path = `${AUDIO_PATH}/:name`;
  const files = createEpisodeFiles(config.dataDir);
  app.get<{ Params: { name: string } }>(
    path,
    { handlerTimeout: HANDLE_WITHIN_MS },
    async (request, reply) => {
      const { name } = request.params;
      const wanted = parseEpisodeName(name);
      const episode = wanted && (await episodes.get(wanted.issue));
      if (!wanted || !episode) throw new HttpError(404);
      forEverySite(reply);
      const { source } = episode;
      if (source.kind === 'url' || source.name !== name) {
        reply.header('cache-control', `public, max-age=${MOVED_FRESH_S}`);
        return reply.redirect(enclosureOf(episode, config.publication.url).url, 302);
      }
      if (!(await files.has(name))) {
        request.log.warn({ file: name }, 'an episode is not on this host (docs/archive.md)');
        throw new HttpError(404);
      }
      setFreshness(reply, `"${wanted.digest}"`, 0);
      setImmutable(reply);
      if (isNotModified(request, reply)) return reply.code(304).send();
      return sendFile(name, files.folder, request, reply.type(episode.type));
    },
  );
  onlyMethods(app, path, ['GET', 'HEAD']);
}

async function sendFile(
  name: string,
  root: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // The address names the content, so that whoever has a part of it has a part of this.
  for (const condition of ['if-range', 'if-match', 'if-unmodified-since']) {
    delete request.raw.headers[condition];
  }
  const { statusCode, headers, stream, type } = await send(request.raw, name, {
    ...{ root, index: false, cacheControl: false, contentType: false },
    ...{ etag: false, lastModified: false },
  });
  reply.code(statusCode);
  if (type === 'file') return reply.headers(headers).send(stream);
  stream.destroy();
  const range = headers['Content-Range'];
  if (range) reply.header('content-range', range);
  return reply.removeHeader('etag').header('cache-control', 'no-store').send();
}
