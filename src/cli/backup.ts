/** `pressrun backup FILE`: the whole state of the publication in one file, while it goes on. */
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { keyProgress } from './key-progress.js';
import { formatCount, formatSize } from './ledger-view.js';
import { withSystem } from './with-system.js';

export function registerBackup(program: Command): void {
  const command = program
    .command('backup')
    .argument('<file>', 'the file to write')
    .description('the whole state of the publication in one file; nothing has to be stopped')
    .option('--force', 'overwrite the file')
    .addHelpText(
      'after',
      `
The file holds every address: it is readable by its owner alone, and should be kept that way.
Not in it are the keys (.pressrun/keys.yaml), the journal (.pressrun/journal/), the ledgers of older
sends (.pressrun/ledgers/), the files of episodes (.pressrun/audio/), configuration and issues. Copy
the journal elsewhere more often than you make backups: from it, a restore learns who left since.`,
    );
  action(command, (terminal, [file = ''], options) =>
    withSystem(terminal, (system) => backup(system, terminal, file, options.force === true)),
  );
}

async function backup(
  { backups, sends: records, episodes }: System,
  terminal: Terminal,
  file: string,
  force: boolean,
): Promise<number> {
  const progress = keyProgress(terminal, 'backing up');
  const report = await backups
    .backUp(file, { force, onProgress: progress.at })
    .finally(() => progress.stop());
  const { size } = await stat(file);
  const { subscribers, sends, createdAt } = report;
  terminal.print(
    `${file}: ${formatCount(subscribers)} subscribers, ${formatCount(sends)} sends, as of ${createdAt} (${formatSize(size)})`,
  );
  const ledgerFiles = (await records.list()).flatMap(({ totals }) => totals?.file ?? []);
  if (ledgerFiles.length > 0) {
    terminal.note(
      `The ledgers of ${formatCount(ledgerFiles.length)} older sends are files in .pressrun/ledgers and not in it: copy them too.`,
    );
  }
  const episodeFiles = [...(await episodes.all()).values()].flatMap(({ source }) =>
    source.kind === 'file' ? source.name : [],
  );
  if (episodeFiles.length > 0) {
    terminal.note(
      `The files of ${formatCount(episodeFiles.length)} episodes are in .pressrun/audio and not in it: copy them too.`,
    );
  }
  terminal.document({ ...report, bytes: size, ledgerFiles, episodeFiles });
  return EXIT.ok;
}
