/** Tells when a file that the mail is made of was saved. */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors save in several steps: all of them are one change. */
const SETTLE_MS = 40;
const FOLDERS = ['issues', 'templates'];

/** @returns ends the watch */
export function watchPublication(
  dir: string,
  issueFile: string | undefined,
  changed: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  const watchers: FSWatcher[] = [
    // The publication's folder also holds its data, which changes all the time.
    watch(dir, (_, name) => (name === 'pressrun.yaml' || FOLDERS.includes(name ?? '')) && soon()),
    ...FOLDERS.map((name) => join(dir, name))
      .filter((path) => existsSync(path))
      .map((path) => watch(path, { recursive: true }, soon)),
    ...(issueFile && !issueFile.startsWith(join(dir, 'issues')) ? [watch(issueFile, soon)] : []),
  ];
  for (const watcher of watchers) watcher.on('error', () => watcher.close());
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
