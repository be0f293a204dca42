/** Backing up and restoring one publication; what the commands use. */
import { existsSync } from 'node:fs';
import type { Journal } from '../journal/journal.js';
import { type BackupReport, backUp } from './backup.js';
import {
  planRestore,
  type RestoreOptions,
  type RestorePlan,
  type RestoreReport,
  restore,
} from './restore.js';

type OnProgress = (keys: number) => void;

export interface Backups {
  /** @throws AppError file_exists, file_unwritable, journal_unwritable */
  backUp(file: string, options: { force: boolean; onProgress?: OnProgress }): Promise<BackupReport>;
  /** @param journals of other hosts, beside the own one; see planRestore */
  planRestore(file: string, journals: readonly string[]): Promise<RestorePlan>;
  restore(plan: RestorePlan, onProgress: OnProgress): Promise<RestoreReport>;
}

export function createBackups(
  options: Omit<RestoreOptions, 'journals'> & { journal: Journal; instanceId: string },
): Backups {
  const { journal } = options;
  const own = () => (existsSync(journal.folder) ? [journal.folder] : []);
  return {
    backUp: (file, wishes) => backUp(file, { ...options, ...wishes }),
    planRestore: (file, journals) =>
      planRestore(file, { ...options, journals: [...own(), ...journals] }),
    restore: (plan, onProgress) => restore(plan, options, onProgress),
  };
}
