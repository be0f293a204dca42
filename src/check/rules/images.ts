/** Images: described, there, and of a kind and size that mail programs show. IO. */
import { stat } from 'node:fs/promises';
import { dirname, extname, join, resolve, sep } from 'node:path';
import type { Draft, Subject } from '../types.js';
import { type WrittenImage, writtenImages } from '../written.js';

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

export async function checkImages(subject: Subject): Promise<Draft[]> {
  const images = writtenImages(subject.issue);
  const drafts = await Promise.all(images.map((image) => checkImage(image, subject)));
  return drafts.flat();
}

async function checkImage(image: WrittenImage, subject: Subject): Promise<Draft[]> {
  return [...checkDescription(image), ...checkKind(image), ...(await checkFile(image, subject))];
}

function checkDescription({ url, alt, line }: WrittenImage): Draft[] {
  if (alt.trim() !== '') return [];
  const message = `${short(url)} has no description, which is all that many readers get: ![what it shows](…)`;
  return [{ code: 'image-without-alt', line, at: url, message }];
}

function checkKind({ url, line }: WrittenImage): Draft[] {
  const scheme = SCHEME.exec(url)?.[0].toLowerCase();
  if (scheme !== undefined && !/^https?:$/.test(scheme)) {
    const message = `${short(url)}: mail programs show images from http: and https: only, so this one is left out`;
    return [{ code: 'image-unsupported', line, at: url, message }];
  }
  if (extensionOf(url) !== '.svg') return [];
  const message = `${short(url)} is an SVG, which few mail programs show; use PNG`;
  return [{ code: 'image-unsupported', line, at: url, message }];
}

/** Relative images lie beside the issue files, and the web serves them from there. */
async function checkFile({ url, line }: WrittenImage, subject: Subject): Promise<Draft[]> {
  if (SCHEME.test(url) || url.startsWith('//') || url.trim() === '') return [];
  const served = join(subject.settings.dir, 'issues');
  const name = decode(url.replace(/[?#].*$/s, ''));
  const places = [served, dirname(subject.path)].flatMap((folder) => {
    const place = resolve(folder, `./${name}`);
    // The web gives out nothing from outside of the folder.
    return place.startsWith(folder + sep) ? [place] : [];
  });
  const found = await firstFile(places);
  if (!found) {
    const message = `${url} is no image beside the issues (issues/${name.replace(/^\//, '')})`;
    return [{ code: 'image-missing', line, at: url, message }];
  }
  const { maxImageBytes } = subject.settings.check;
  if (found.size <= maxImageBytes) return [];
  const message = `${url} has ${found.size} bytes, and ${maxImageBytes} are plenty for a mail`;
  return [{ code: 'image-too-large', line, at: url, message }];
}

async function firstFile(paths: string[]): Promise<{ size: number } | undefined> {
  for (const path of paths) {
    const status = await stat(path).catch(() => undefined);
    if (status?.isFile()) return { size: status.size };
  }
  return undefined;
}

function extensionOf(url: string): string {
  return extname(url.replace(/[?#].*$/s, '')).toLowerCase();
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function short(url: string): string {
  return url.length > 80 ? `${url.slice(0, 79)}…` : url;
}
