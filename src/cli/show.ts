/** `pressrun show ISSUE`: the issue as it was parsed, and what is wrong with it. Changes nothing. */
import type { Command } from 'commander';
import { loadSettings } from '../config/load.js';
import { AppError, errorDocument } from '../errors.js';
import { toJson } from '../issue/json.js';
import type { Publication } from '../issue/references.js';
import { InvalidIssueError, type ReadIssue, readIssue } from '../issue/store.js';
import { action, EXIT, type Terminal } from './command.js';
import { issueTree } from './issue-tree.js';

export function registerShow(program: Command): void {
  const command = program
    .command('show')
    .argument('<issue>', 'number of the issue, or path of its file')
    .description('the issue as it was parsed: a tree; with --json everything')
    .addHelpText(
      'after',
      '\nErrors and warnings are printed with file and line; with an error the exit code is 1.',
    );
  action(command, (terminal, [issue = '']) => show(terminal, issue));
}

async function show(terminal: Terminal, issueArg: string): Promise<number> {
  const publication = await publicationOf(terminal.dir);
  const { issue, findings, file } = await readIssue(terminal.dir, issueArg, publication);
  const isBroken = findings.some(({ severity }) => severity === 'error');
  if (!issue) throw new InvalidIssueError(file, findings);
  for (const line of issueTree(issue)) terminal.print(line);
  for (const line of findingLines({ findings, file })) terminal.note(line);
  terminal.document({
    ...toJson(issue),
    file,
    findings: findings.map((finding) => ({ ...finding, file })),
    ...(isBroken && errorDocument(new InvalidIssueError(file, findings))),
  });
  return isBroken ? EXIT.failed : EXIT.ok;
}

/** A file can be looked at without a publication around it; then nothing links to an archive. */
async function publicationOf(dir: string): Promise<Publication> {
  try {
    return (await loadSettings(dir)).publication;
  } catch (error) {
    if (error instanceof AppError && error.code === 'config_missing') return {};
    throw error;
  }
}

function findingLines({ findings, file }: Pick<ReadIssue, 'findings' | 'file'>): string[] {
  return findings.map(({ severity, line, message }) => `${file}:${line}: ${severity}: ${message}`);
}
