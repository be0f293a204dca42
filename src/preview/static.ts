/** The preview as files, for a pull request or a colleague: opens from a folder, without a server. */
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { LOOKS, mailDocument, mailFile } from './mail-document.js';
import { previewFile, previewPage } from './pages.js';
import type { Proof } from './proof.js';
import type { PreviewModel } from './state.js';

const IMAGE = /\.(?:png|jpe?g|gif|webp|avif)$/i;

/**
 * @returns names of the files written
 * @throws AppError file_exists for a folder that holds something else
 */
export async function writeStatic(
  model: PreviewModel,
  proof: Proof,
  dir: string,
  out: string,
): Promise<string[]> {
  const present = await readdir(out).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return [];
    throw new AppError('file_exists', `no folder can be read there (${cause.code}); name another`, {
      file: out,
      cause,
    });
  });
  if (present.length > 0 && !present.includes('preview.js')) {
    throw new AppError('file_exists', 'the folder holds other files; name an empty or a new one', {
      file: out,
    });
  }
  await mkdir(out, { recursive: true });
  const files = new Map<string, string>([
    ['index.html', previewPage(model.state(false))],
    ['preview.css', previewFile('preview.css')],
    ['preview.js', previewFile('preview.js')],
  ]);
  for (const [key, copy] of Object.entries(proof.copies)) {
    files.set(`mail-${key}.txt`, copy.text);
    for (const look of LOOKS) {
      const html = mailDocument(copy.html, look, proof.publicUrl);
      files.set(mailFile(key, look), html.replaceAll('src="/issues/', 'src="issues/'));
    }
  }
  for (const [name, text] of files) await writeFile(join(out, name), text);
  await copyImages(join(dir, 'issues'), join(out, 'issues'));
  return [...files.keys()];
}

/** Only images: drafts of other issues are nobody's business. */
async function copyImages(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !IMAGE.test(entry.name)) continue;
    const source = join(entry.parentPath, entry.name);
    await cp(source, join(to, source.slice(from.length)));
  }
}
