/**
 * Pictures beside the issue files: which are given out, and what is in them. IO.
 *
 * A picture's address carries a digest of its content (`7/map.png?Zk1qv9TgE0c4`), so that caches may
 * keep it for good: a picture that was changed has another address.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { imageSize } from 'image-size';
import type { Image } from 'mdast';
import { AppError } from '../errors.js';
import { isElsewhere } from './address.js';
import type { Issue } from './types.js';
import { imagesOf } from './visit.js';

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

/** Any host will do: only the path is looked at. @see RFC 6761 §6.4 */
const ISSUES = 'https://beside.invalid/issues/';

/** Orientations of EXIF that turn a picture on its side. */
const FIRST_SIDEWAYS = 5;

export interface PictureFile {
  /** Real path, links followed. */
  path: string;
  /** Media type. */
  type: string;
  /** Bytes. */
  size: number;
  /** Changes when the file is written. */
  version: string;
}

export interface Picture {
  /** Of its content; stands in its address. */
  digest: string;
  /** Pixels, as it is shown; undefined for a file that holds no picture. */
  size: PictureSize | undefined;
}

export interface PictureSize {
  width: number;
  height: number;
}

/**
 * @param url as the author wrote it
 * @returns the file's name below `issues/`; undefined for an address that leads elsewhere
 */
export function nameBeside(url: string): string | undefined {
  if (isElsewhere(url) || !URL.canParse(url.trim(), ISSUES)) return undefined;
  const { href, pathname } = new URL(url.trim(), ISSUES);
  if (!href.startsWith(ISSUES) || url.trim().startsWith('/')) return undefined;
  return decoded(pathname.slice('/issues/'.length));
}

/**
 * @param folder the publication's `issues/`
 * @param name relative, with `/` between folders
 * @returns undefined for what is not there, is no picture by its name, or stands outside
 */
export async function findPicture(folder: string, name: string): Promise<PictureFile | undefined> {
  const type = TYPES[extname(name).toLowerCase()];
  if (!type || !name.split('/').every((segment) => SEGMENT.test(segment))) return undefined;
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    const status = await stat(path);
    if (!path.startsWith(root + sep) || !status.isFile()) return undefined;
    const { size, mtimeMs } = status;
    return { path, type, size, version: `${size.toString(36)}-${Math.trunc(mtimeMs * 1_000)}` };
  } catch {
    return undefined;
  }
}

export async function readPicture({ path }: PictureFile): Promise<Picture> {
  const bytes = await readFile(path);
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
  return { digest, size: sizeOf(bytes) };
}

/**
 * The issue with the size of each picture that lies beside it, and its digest in its address. What
 * is not there stays as it is written, and so does what has more than `maxBytes`: it is not read.
 * @param folder the publication's `issues/`
 */
export async function withPictures(
  issue: Issue,
  folder: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Issue> {
  if (imagesOf(issue).length === 0) return issue;
  const copy = structuredClone(issue);
  await Promise.all(imagesOf(copy).map((image) => settle(image, folder, maxBytes)));
  return copy;
}

/**
 * For what is to be sent with its pictures; nothing of them is read.
 * @param file of the issue, as the user knows it
 * @throws AppError issue_invalid for a picture of more than `maxBytes`
 */
export async function requireSendablePictures(
  { issue, file }: { issue: Issue; file: string },
  folder: string,
  maxBytes: number,
): Promise<void> {
  for (const image of imagesOf(issue)) {
    const picture = await pictureOf(image, folder);
    if (!picture || picture.size <= maxBytes) continue;
    const line = image.position?.start.line ?? 1;
    throw new AppError('issue_invalid', tooLargeToSend(image.url, picture, maxBytes), {
      ...{ file, line },
    });
  }
}

export function tooLargeToSend(url: string, { size }: PictureFile, maxBytes: number): string {
  return `${url} has ${size} bytes, and a picture of more than ${maxBytes} is not sent (archive.maxImageBytes): scale it down`;
}

async function pictureOf({ url }: Image, folder: string): Promise<PictureFile | undefined> {
  const name = nameBeside(url);
  return name === undefined ? undefined : await findPicture(folder, name);
}

async function settle(image: Image, folder: string, maxBytes: number): Promise<void> {
  const file = await pictureOf(image, folder);
  if (!file || file.size > maxBytes) return;
  const { digest, size } = await readPicture(file);
  image.url = `${image.url.replace(/[?#].*$/s, '')}?${digest}`;
  if (!size) return;
  const hProperties = asWritten(image.data?.hProperties ?? {}, size);
  image.data = { ...image.data, hProperties: { ...hProperties } };
}

/** One measure of the author's (`<img width="300">`) gives the other; of both, both count. */
function asWritten(written: Record<string, unknown>, natural: PictureSize): PictureSize {
  const [width, height] = [Number(written.width) || 0, Number(written.height) || 0];
  if (width > 0 && height > 0) return { width, height };
  const scale = width / natural.width || height / natural.height || 1;
  return { width: Math.round(natural.width * scale), height: Math.round(natural.height * scale) };
}

function sizeOf(bytes: Buffer): PictureSize | undefined {
  try {
    const { width, height, orientation = 1 } = imageSize(bytes);
    if (!(width > 0 && height > 0)) return undefined;
    return orientation >= FIRST_SIDEWAYS ? { width: height, height: width } : { width, height };
  } catch {
    return undefined;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
