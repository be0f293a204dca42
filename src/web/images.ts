/**
 * Pictures that lie beside the issue files: `issues/1/map.png` under `/issues/1/map.png`, the place
 * a relative image of an issue leads to.
 *
 * Only files with an image's name are given out, never a hidden one, never one outside the folder,
 * so that neither drafts nor anything linked into it can be read. Mails and pages ask with a digest
 * of the content. A picture that was replaced since is given out as it is now, and not kept for long.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/types.js';
import { findPicture, type PictureFile, readPicture } from '../issue/pictures.js';
import { isNotModified, setFreshness, setImmutable } from './caching.js';
import { HttpError } from './error-pages.js';
import { onlyMethods } from './methods.js';

/** Where relative images and links of an issue lead, below publication.url. */
export const IMAGES_PATH = '/issues';

const FRESH_S = 3_600;

type DigestOf = (file: PictureFile) => Promise<string>;

export function registerImages(app: FastifyInstance, { dir }: Config): void {
  const path = `${IMAGES_PATH}/*`;
  const folder = join(dir, 'issues');
  const digestOf = rememberDigests();
  app.get<{ Params: { '*': string } }>(path, async (request, reply) => {
    const file = await findPicture(folder, request.params['*']);
    if (!file) throw new HttpError(404);
    return sendImage(file, await digestOf(file), request, reply);
  });
  onlyMethods(app, path, ['GET', 'HEAD']);
}

function sendImage(
  { path, type, size }: PictureFile,
  digest: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  setFreshness(reply, `"${digest}"`, FRESH_S);
  if (request.url.endsWith(`?${digest}`)) setImmutable(reply);
  // Mail clients fetch it from pages of their own.
  reply.header('cross-origin-resource-policy', 'cross-origin');
  if (isNotModified(request, reply)) return reply.code(304).send();
  return reply.type(type).header('content-length', size).send(createReadStream(path));
}

/** A file is read for its digest again only when it was written. */
function rememberDigests(): DigestOf {
  const known = new Map<string, { version: string; digest: string }>();
  return async (file) => {
    const kept = known.get(file.path);
    if (kept?.version === file.version) return kept.digest;
    const { digest } = await readPicture(file);
    known.set(file.path, { version: file.version, digest });
    return digest;
  };
}
