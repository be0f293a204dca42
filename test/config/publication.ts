/** A publication's folder for one test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { AppError } from '../../src/errors.js';

export const SECRET = 'correct horse battery staple, thirty-two and more';

export const MINIMAL = `publication:
  name: Soil Weekly
  slug: soil
  prefix: SW
  from: Soil Weekly <news@soil.example>
  url: https://soil.example
  postalAddress: 1 Field Lane, Loam
`;

/** Writes `yaml` as a publication's pressrun.yaml; the folder goes away with the test. */
export async function publication(t: TestContext, yaml: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'pressrun-config-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'issues'));
  await writeFile(join(dir, 'pressrun.yaml'), yaml);
  return dir;
}

/** The AppError that `work` ends in. */
export async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error('expected an AppError', { cause: error });
}
