/** `pressrun doctor`: is this installation fit to send, and if not, how to mend it. */
import type { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/types.js';
import { AppError } from '../errors.js';
import { loadSigner } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import * as checks from './doctor/checks.js';
import { dkimRecordVerdict, senderVerdict } from './doctor/dns.js';
import { podcastVerdict } from './doctor/podcast.js';
import type { Verdict } from './doctor/verdict.js';

interface Finding {
  check: string;
  verdict: Verdict['kind'];
  words: string;
}

const MARKS: Record<Verdict['kind'], string> = { ok: '✓', warn: '!', fail: '✗' };

export function registerDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('check configuration, keys, Redis, relay, DNS and public URL')
    .option('--loopback', 'rehearsal on this machine: a loopback publication.url is fine');
  action(command, (terminal, _args, options) => doctor(terminal, options.loopback === true));
}

async function doctor(terminal: Terminal, loopback: boolean): Promise<number> {
  const findings: Finding[] = [];
  const found: Found = (check, { kind, words }) => {
    findings.push({ check, verdict: kind, words });
    terminal.print(`${MARKS[kind]} ${check.padEnd(11)}  ${words}`);
  };
  const config = await attempt(found, 'config', () => loadConfig(terminal.dir));
  if (config !== undefined) await examine(config, loopback, found);
  const healthy = findings.every(({ verdict }) => verdict !== 'fail');
  terminal.document({ healthy, findings });
  return healthy ? EXIT.ok : EXIT.failed;
}

type Found = (check: string, verdict: Verdict) => void;

async function examine(config: Config, loopback: boolean, found: Found): Promise<void> {
  const check = async (name: string, look: () => Promise<Verdict> | Verdict) => {
    const verdict = await attempt(found, name, look);
    if (verdict !== undefined) found(name, verdict);
  };
  await check('publication', () => checks.publicationVerdict(config));
  await check('keys', () => checks.keysVerdict(config));
  await check('relay', () => checks.relayVerdict(config));
  await check('DKIM', () => dkimVerdict(config));
  await check('notify', () => checks.notifyVerdict(config));
  await check('DNS', () => senderVerdict(config));
  const opened = await attempt(found, 'Redis', () => checks.openChecked(config));
  if (opened === undefined) return;
  found('Redis', opened.verdict);
  try {
    await check('inbound', () => checks.inboundVerdict(opened.system));
    await check('public URL', () => checks.doorVerdict(opened.system, loopback));
    const podcast = await attempt(found, 'podcast', () => podcastVerdict(opened.system));
    if (podcast) found('podcast', podcast);
  } finally {
    await opened.system.close();
  }
}

async function dkimVerdict({ dkim }: Config): Promise<Verdict> {
  if (dkim === undefined) return { kind: 'ok', words: 'not signed here: the relay must sign' };
  return dkimRecordVerdict(await loadSigner(dkim));
}

/** The result, or undefined after a failure that was noted as a finding. */
async function attempt<Result>(
  found: Found,
  check: string,
  look: () => Promise<Result> | Result,
): Promise<Result | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    found(check, { kind: 'fail', words: error.located });
    return undefined;
  }
}
