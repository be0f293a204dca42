/** `pressrun init DIR`: a working publication: configuration, keys outside git, a sample issue. */
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { createKeysFile, keysFile } from '../config/keys.js';
import { AppError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { action, EXIT, type Terminal } from './command.js';

interface InitOptions {
  name?: string;
  url?: string;
  from?: string;
}

export function registerInit(program: Command): void {
  const command = program
    .command('init')
    .argument('<folder>', 'where the publication is to live; made when missing')
    .description('make a new publication: configuration, keys, a sample issue')
    .option('--name <name>', 'what readers see, e.g. "The Weekly"')
    .option('--url <url>', 'public base URL of the pages')
    .option('--from <mailbox>', 'sender, e.g. "The Weekly <weekly@example.org>"');
  action(command, (terminal, [folder = ''], options) => init(terminal, folder, options));
}

async function init(terminal: Terminal, folder: string, options: InitOptions): Promise<number> {
  const dir = resolve(terminal.dir, folder);
  const files = await scaffold(dir, options);
  for (const file of [...Object.keys(files), keysFile('.pressrun')]) await mustNotExist(dir, file);
  await mkdir(join(dir, 'issues'), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(dir, file), text, { flag: 'wx' });
  }
  await createKeysFile(join(dir, '.pressrun'));
  terminal.document({ dir, files: [...Object.keys(files), '.pressrun/keys.yaml'] });
  terminal.print(`Made a publication in ${folder}.

  pressrun.yaml         the configuration: look through it now
  issues/1.md           a sample issue that shows the format
  .pressrun/keys.yaml   the keys, outside git: back them up

Next:
  cd ${folder}
  pressrun show 1                            the issue as it was understood
  pressrun subscribers import readers.csv    email, name, attributes
  pressrun start web                         serves the unsubscribe links
  pressrun doctor                            what is still missing
  pressrun send 1 --dry-run`);
  return EXIT.ok;
}

async function mustNotExist(dir: string, file: string): Promise<void> {
  const exists = await access(join(dir, file)).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new AppError('file_exists', 'exists already; nothing was written', {
    file: join(dir, file),
  });
}

async function scaffold(dir: string, options: InitOptions): Promise<Record<string, string>> {
  const sample = join(packageRoot(), 'templates', 'init', 'issue.md');
  return {
    'pressrun.yaml': configuration(basename(dir), options),
    '.gitignore': '# Keys and data of this installation.\n.pressrun/\n',
    'issues/1.md': await readFile(sample, 'utf8'),
  };
}

function configuration(folder: string, options: InitOptions): string {
  const slug = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  const name = options.name ?? (folder || 'My Weekly');
  const value = (text: string): string => stringify(text).trimEnd();
  return `# Configuration of this publication. Every key and its default:
# config/defaults.yaml of pressrun.

publication:
  # What readers see.
  name: ${value(name)}
  # Begins every key in Redis; changing it later starts with an empty audience.
  slug: ${value(slug || 'weekly')}
  # In subjects and references: [${prefixOf(name)} #1].
  prefix: ${value(prefixOf(name))}
  from: ${value(options.from ?? `${name} <weekly@example.org>`)}
  # Public base URL: the unsubscribe link in every mail begins with it.
  url: ${value(options.url ?? 'http://127.0.0.1:8080')}
  # In the footer of every mail; the law of many countries demands it.
  postalAddress: ${value('Street 1, 12345 Town')}

smtp:
  # Your relay: smtps://user:password@host. PRESSRUN_SMTP_URL wins and keeps the password out of
  # this file.
  url: smtp://localhost:25

http:
  host: 127.0.0.1
  port: 8080
`;
}

/** "The Weekly Letter" → "TWL"; one word gives its first three letters. */
function prefixOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const initials = words.map((word) => word.charAt(0)).join('');
  return (words.length > 1 ? initials : (words[0] ?? 'NL').slice(0, 3)).toUpperCase().slice(0, 8);
}
