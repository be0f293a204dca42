/** A publication of a few files in a temporary folder, checked in this process. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CheckedIssue, type CheckOptions, checkIssue } from '../../src/check/check.js';
import type { CheckSettings } from '../../src/check/types.js';
import type { CheckConfig } from '../../src/config/types.js';
import { testConfig } from '../support/config.js';

/** Path in the publication's folder → content. */
export type Files = Record<string, string | Buffer>;

export interface CheckedPublication {
  settings: CheckSettings;
  check(options?: CheckOptions): Promise<CheckedIssue>;
  remove(): Promise<void>;
}

export async function makeFiles(
  files: Files,
  check: Partial<CheckConfig> = {},
): Promise<CheckedPublication> {
  const dir = await mkdtemp(join(tmpdir(), 'pressrun-check-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
  const {
    publication,
    archive,
    check: limits,
  } = testConfig({
    dir,
    publication: { url: 'https://news.example', prefix: 'LH' },
    check,
  });
  const settings = { dir, publication, archive, check: limits };
  return {
    settings,
    check: (options) => checkIssue(settings, 'issues/7.md', options),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Whole file of issue 7; the body begins on line 5. */
export function issueSeven(body: string, head = 'title: Lighthouses'): string {
  return `---\nnumber: 7\n${head}\n---\n${body}\n`;
}

/** `12:5 link-insecure`, in the order in which they are reported. */
export function lines({ findings }: CheckedIssue): string[] {
  return findings.map(({ line, column, code }) => `${line}${column ? `:${column}` : ''} ${code}`);
}
