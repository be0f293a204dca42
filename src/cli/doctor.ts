/** `pressrun doctor`: is this installation fit to send, and if not, how to mend it. */

import { resolveTxt } from 'node:dns/promises';
import type { Command } from 'commander';
import { isReadableByOthers, keysFile } from '../config/keys.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/types.js';
import { AppError } from '../errors.js';
import { createLogger } from '../log.js';
import { checkRelay } from '../smtp/check-relay.js';
import { openSystem, type System } from '../system.js';
import { checkDoor, isLoopback } from '../web/door.js';
import { action, EXIT, type Terminal } from './command.js';

type Verdict = 'ok' | 'warn' | 'fail';

interface Finding {
  check: string;
  verdict: Verdict;
  /** What was found and, unless it is ok, how to mend it. */
  words: string;
}

const DNS_PATIENCE_MS = 5_000;
const MARKS: Record<Verdict, string> = { ok: '✓', warn: '!', fail: '✗' };

export function registerDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('check configuration, keys, Redis, relay, DNS and public URL')
    .option('--loopback', 'rehearsal on this machine: a loopback publication.url is fine');
  action(command, (terminal, _args, options) => doctor(terminal, options.loopback === true));
}

async function doctor(terminal: Terminal, loopback: boolean): Promise<number> {
  const findings = await examine(terminal.dir, loopback);
  for (const { check, verdict, words } of findings) {
    terminal.print(`${MARKS[verdict]} ${check.padEnd(10)}  ${words}`);
  }
  const healthy = findings.every(({ verdict }) => verdict !== 'fail');
  terminal.document({ healthy, findings });
  return healthy ? EXIT.ok : EXIT.failed;
}

async function examine(dir: string, loopback: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  /** Adds what a check found; a failed one gives no result, and what depends on it is left out. */
  async function check<Result>(name: string, look: () => Promise<[Verdict, string, Result?]>) {
    try {
      const [verdict, words, result] = await look();
      findings.push({ check: name, verdict, words });
      return result;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      findings.push({ check: name, verdict: 'fail', words: error.located });
      return undefined;
    }
  }
  const config = await check('config', async () => {
    const loaded = await loadConfig(dir);
    return ['ok', `${loaded.publication.name} (${loaded.publication.slug})`, loaded];
  });
  if (config === undefined) return findings;
  await check('keys', () => keysVerdict(config));
  await check('relay', () => relayVerdict(config));
  await check('DNS', () => dnsVerdict(config));
  const system = await check('Redis', async () => {
    const opened = await openSystem(config, createLogger({ pretty: true, level: 'error' }));
    return ['ok', opened.redis.description, opened];
  });
  if (system === undefined) return findings;
  try {
    await check('DKIM', () => dkimVerdict(system));
    await check('public URL', () => doorVerdict(system, loopback));
  } finally {
    await system.close();
  }
  return findings;
}

async function keysVerdict({ dataDir }: Config): Promise<[Verdict, string]> {
  const others = await isReadableByOthers(keysFile(dataDir));
  if (others === undefined) return ['ok', 'from the environment'];
  return others
    ? ['warn', 'others may read the keys file: chmod 600 .pressrun/keys.yaml']
    : ['ok', 'readable by you alone; keep a backup'];
}

async function relayVerdict({ smtp }: Config): Promise<[Verdict, string]> {
  const answer = await checkRelay(smtp.url);
  switch (answer.kind) {
    case 'ready': {
      const { tls, pipelining } = answer.offer;
      const words = `${answer.relay}${tls ? ', TLS' : ', no TLS'}${pipelining ? '' : ', no PIPELINING'}`;
      return ['ok', words];
    }
    case 'refused':
      return [
        'fail',
        `${answer.relay} refuses us at ${answer.stage}: ${answer.reply.code} (smtp.url)`,
      ];
    case 'unreachable':
      return ['fail', `${answer.reason}; set smtp.url or PRESSRUN_SMTP_URL`];
  }
}

async function dkimVerdict(system: System): Promise<[Verdict, string]> {
  const { signer } = await system.messageSecrets();
  if (signer === undefined) return ['ok', 'not signed here: the relay must sign'];
  const { selector } = system.config.dkim ?? {};
  const name = `${selector}._domainkey.${signer.domain}`;
  const published = await txtRecords(name);
  if (published === undefined) return ['warn', `${name} could not be looked up`];
  const squeeze = (record: string): string => record.replace(/\s/g, '');
  const wanted = /p=[^;]+/.exec(squeeze(signer.dnsRecord))?.[0] ?? '';
  return published.some((record) => squeeze(record).includes(wanted))
    ? ['ok', `signs for ${signer.domain}, and the DNS has the key`]
    : ['fail', `the DNS does not have this key; publish TXT ${name} "${signer.dnsRecord}"`];
}

async function dnsVerdict({ publication }: Config): Promise<[Verdict, string]> {
  const domain = publication.from.address.split('@').at(-1) ?? '';
  const [spf, dmarc] = await Promise.all([txtRecords(domain), txtRecords(`_dmarc.${domain}`)]);
  if (spf === undefined && dmarc === undefined) {
    return ['warn', `${domain} could not be looked up: check its SPF and DMARC records yourself`];
  }
  const missing = [
    ...(spf?.some((record) => record.startsWith('v=spf1')) ? [] : [`an SPF record of ${domain}`]),
    ...(dmarc?.some((record) => record.startsWith('v=DMARC1')) ? [] : [`TXT _dmarc.${domain}`]),
  ];
  return missing.length === 0
    ? ['ok', `${domain} has SPF and DMARC`]
    : ['warn', `missing: ${missing.join(', ')}; the large providers demand both`];
}

/** undefined when the DNS could not be asked; empty when it has none. */
async function txtRecords(name: string): Promise<string[] | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, DNS_PATIENCE_MS, undefined);
  });
  const answer = resolveTxt(name).then(
    (records) => records.map((parts) => parts.join('')),
    ({ code }: NodeJS.ErrnoException) =>
      code === 'ENOTFOUND' || code === 'ENODATA' ? [] : undefined,
  );
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function doorVerdict(
  { config, instanceId }: System,
  loopback: boolean,
): Promise<[Verdict, string]> {
  const { url } = config.publication;
  const door = await checkDoor(config, instanceId, { loopback });
  if (door.kind === 'rehearsal') return ['ok', `${url}, for rehearsals on this machine`];
  return isLoopback(new URL(url).hostname)
    ? ['warn', `${url} answers, but only on this machine: readers cannot reach it`]
    : ['ok', `${url} leads here`];
}
