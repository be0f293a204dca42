/** Images: described, there, and of a kind and size that mail programs show. IO. */
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isElsewhere, schemeOf } from '../../issue/address.js';
import { findPicture, nameBeside, readPicture, tooLargeToSend } from '../../issue/pictures.js';
import type { Draft, Subject } from '../types.js';
import { type WrittenImage, writtenImages } from '../written.js';

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
  const scheme = schemeOf(url);
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
  if (isElsewhere(url) || url.trim() === '' || extensionOf(url) === '.svg') return [];
  const name = nameBeside(url);
  const folder = join(subject.settings.dir, 'issues');
  const file = name && (await findPicture(folder, name));
  if (!file) {
    const message = await missing(url, name, folder);
    return [{ code: 'image-missing', line, at: url, message }];
  }
  const { archive, check } = subject.settings;
  if (file.size > archive.maxImageBytes) {
    const message = tooLargeToSend(url, file, archive.maxImageBytes);
    return [{ code: 'image-refused', line, at: url, message }];
  }
  const { maxImageBytes } = check;
  if (file.size > maxImageBytes) {
    const message = `${url} has ${file.size} bytes, and ${maxImageBytes} are plenty for a mail`;
    return [{ code: 'image-too-large', line, at: url, message }];
  }
  if ((await readPicture(file)).size) return [];
  const message = `${url} holds no picture that a mail program could show`;
  return [{ code: 'image-unsupported', line, at: url, message }];
}

async function missing(url: string, name: string | undefined, folder: string): Promise<string> {
  if (name === undefined) {
    return `${short(url)} leads out of issues/, and pictures are served from there alone`;
  }
  const isThere = await stat(join(folder, name)).catch(() => undefined);
  if (!isThere) return `${short(url)} is no image beside the issues (issues/${name})`;
  return `issues/${name} is not given out by the web: a name has letters, digits, blanks, ".", "-" and "_", and ends in .png, .jpg, .gif, .webp or .avif`;
}

function extensionOf(url: string): string {
  return extname(url.replace(/[?#].*$/s, '')).toLowerCase();
}

function short(url: string): string {
  return url.length > 80 ? `${url.slice(0, 79)}…` : url;
}
