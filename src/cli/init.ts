/** `pressrun init DIR`: a publication that works, with nothing overwritten. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseYaml } from '../config/document.js';
import { createKeysFile, keysFile } from '../config/keys.js';
import { asKnown, DATA_FOLDER, FILE_NAME, settingsIn } from '../config/load.js';
import { AppError } from '../errors.js';
import { action, EXIT, type Terminal } from './command.js';
import { type Choices, completed, configurationFile, sampleIssue, schemaFile } from './scaffold.js';

const SAMPLE = join('issues', '1.md');
const SCHEMA = join(DATA_FOLDER, 'pressrun.schema.json');
const IGNORED = `${DATA_FOLDER}/`;

export function registerInit(program: Command): void {
  const command = program
    .command('init')
    .argument('<folder>', 'where to make it; may exist, but hold no publication yet')
    .description('make a new publication: pressrun.yaml, keys outside git, a sample issue')
    .option('--name <name>', 'its name (default: from the folder)')
    .option('--slug <slug>', 'begins its keys in Redis (default: from the name)')
    .option('--prefix <prefix>', 'short name in subjects (default: initials of the name)')
    .option('--from <sender>', '"Name <address>" the mail comes from')
    .option('--url <url>', 'public URL of its pages (default: this machine, for rehearsals)')
    .option('--postal-address <text>', 'stands in every mail')
    .option('--smtp-url <url>', 'the relay (default: a mail server on this machine)');
  action(command, (terminal, [folder = ''], options) => init(terminal, resolve(folder), options));
}

async function init(terminal: Terminal, dir: string, chosen: Partial<Choices>): Promise<number> {
  const choices = completed(chosen, basename(dir));
  const configuration = configurationFile(choices);
  await checkChoices(configuration, dir);
  refuseToOverwrite(dir);
  const today = new Date().toISOString().slice(0, 10);

  await mkdir(join(dir, 'issues'), { recursive: true });
  await createKeysFile(join(dir, DATA_FOLDER));
  await write(dir, SCHEMA, await schemaFile());
  await write(dir, FILE_NAME, configuration);
  await write(dir, SAMPLE, await sampleIssue(today));
  await ignoreDataFolder(join(dir, '.gitignore'));
  tell(terminal, dir, choices);
  return EXIT.ok;
}

/** @throws AppError usage, before anything is written */
async function checkChoices(configuration: string, dir: string): Promise<void> {
  try {
    await settingsIn(parseYaml(configuration, FILE_NAME), dir, {});
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('usage', error.message.replace(/^pressrun\.yaml:\d+: /gm, ''));
  }
}

function refuseToOverwrite(dir: string): void {
  for (const name of [FILE_NAME, SAMPLE, relative(dir, keysFile(join(dir, DATA_FOLDER)))]) {
    if (!existsSync(join(dir, name))) continue;
    throw new AppError(
      'file_exists',
      `${dir} holds a publication already: ${name} exists. Choose another folder`,
    );
  }
}

async function write(dir: string, name: string, text: string): Promise<void> {
  await writeFile(join(dir, name), text, name === SCHEMA ? {} : { flag: 'wx' });
}

/** Keys and the embedded Redis must never be committed; a .gitignore that is there keeps its lines. */
async function ignoreDataFolder(file: string): Promise<void> {
  const present = await readFile(file, 'utf8').catch(() => '');
  if (present.split(/\r?\n/).some((line) => /^\/?\.pressrun\/?$/.test(line.trim()))) return;
  const gap = present === '' || present.endsWith('\n') ? '' : '\n';
  await appendFile(file, `${gap}${IGNORED}\n`);
}

function tell(terminal: Terminal, dir: string, choices: Choices): void {
  const folder = asKnown(dir);
  const named = /^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  const next = [
    `pressrun --dir ${named} show 1`,
    `pressrun --dir ${named} subscribers add you@example.org`,
    `pressrun --dir ${named} preview 1`,
    `pressrun --dir ${named} doctor`,
  ];
  const files = [FILE_NAME, SAMPLE, '.gitignore', join(DATA_FOLDER, 'keys.yaml')];
  terminal.print(`${choices.name} is ready in ${folder}: ${files.join(', ')}`);
  terminal.print('');
  terminal.print('Back up .pressrun/keys.yaml: without it nobody on the list can be found again.');
  terminal.print(
    `Mail goes to ${choices.smtpUrl} (smtp.url); pressrun.yaml says how to change it.`,
  );
  terminal.print('');
  terminal.print('Next:');
  for (const command of next) terminal.print(`  ${command}`);
  terminal.document({ dir, files, next });
}
