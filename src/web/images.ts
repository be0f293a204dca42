/**
 * Pictures that lie beside the issue files: `issues/1/map.png` under `/issues/1/map.png`, the place
 * a relative image of an issue leads to.
 *
 * Only files with an image's name are given out, never a hidden one, never one outside the folder,
 * so that neither drafts nor anything linked into it can be read.
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/types.js';
import { isNotModified, setFreshness } from './caching.js';
import { HttpError } from './error-pages.js';
import { onlyMethods } from './methods.js';

/** Where relative images and links of an issue lead, below publication.url. */
export const IMAGES_PATH = '/issues';

/** What mail clients show. SVG is left out: few do, and it can carry scripts. */
const TYPES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
};

/** No hidden files, no `..`, nothing a file system reads in a way of its own. */
const SEGMENT = /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]*$/u;

const FRESH_S = 3_600;

export function registerImages(app: FastifyInstance, { dir }: Config): void {
  const path = `${IMAGES_PATH}/*`;
  const folder = join(dir, 'issues');
  app.get<{ Params: { '*': string } }>(path, async (request, reply) => {
    return sendImage(folder, request.params['*'], request, reply);
  });
  onlyMethods(app, path, ['GET', 'HEAD']);
}

async function sendImage(
  folder: string,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const type = TYPES[extname(name).toLowerCase()];
  const file = type && (await locate(folder, name));
  if (!file) throw new HttpError(404);
  const { size, mtimeMs } = await stat(file);
  setFreshness(reply, `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`, FRESH_S);
  // Mail clients fetch it from pages of their own.
  reply.header('cross-origin-resource-policy', 'cross-origin');
  if (isNotModified(request, reply)) return reply.code(304).send();
  return reply.type(type).header('content-length', size).send(createReadStream(file));
}

/** @returns the real path of a file inside the folder, links followed */
async function locate(folder: string, name: string): Promise<string | undefined> {
  if (!name.split('/').every((segment) => SEGMENT.test(segment))) return undefined;
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    const isInside = file.startsWith(root + sep) && (await stat(file)).isFile();
    return isInside ? file : undefined;
  } catch {
    return undefined;
  }
}
