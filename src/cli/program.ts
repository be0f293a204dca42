/** The command line: global options, the verbs, and help. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { packageRoot } from '../package-root.js';
import { MODULES } from './catalogue.js';

const EXAMPLES = `
Examples:
  pressrun init weekly                       make a publication in the folder "weekly"
  pressrun --dir weekly show 1               the issue as it was understood
  pressrun --dir weekly subscribers import readers.csv
  pressrun --dir weekly send 1 --dry-run     what would be sent, and to how many
  pressrun --dir weekly send 1               send it, with live progress
  pressrun --dir weekly status 1 --json      the ledger for a program

Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 3 a send that ended with losses.`;

/**
 * The program for one invocation: the asked verb in full, of the others only their line in the help.
 * @param args without the interpreter and the script
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('pressrun')
    .description('A self-hosted email pipeline for weekly newsletters.')
    .version(packageVersion(), '--version', 'print the version')
    .addOption(
      new Option('--dir <folder>', "the publication's folder")
        .argParser((folder) => resolve(folder))
        .default(process.cwd(), 'the current one'),
    )
    .option('--json', 'print one JSON document on stdout, failures included')
    .addHelpText('after', EXAMPLES)
    // Errors are printed by main.ts alone, in one form for all of them.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  const asked = verbIn(args);
  for (const module of MODULES) {
    if (asked !== undefined && Object.hasOwn(module.verbs, asked)) await module.register(program);
    else for (const verb of Object.keys(module.verbs)) program.command(verb);
    for (const command of program.commands) {
      const line = module.verbs[command.name()];
      if (line !== undefined) command.summary(line);
    }
  }
  return program;
}

/** The first word that is neither an option nor the value of `--dir`; after "help", the second. */
function verbIn(args: readonly string[]): string | undefined {
  const words = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--dir');
  return words[0] === 'help' ? words[1] : words[0];
}

function packageVersion(): string {
  const manifest = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
