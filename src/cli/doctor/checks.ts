/** The checks of `pressrun doctor` but for the DNS. Each throws AppError where others would. */
import { lookup } from 'node:dns/promises';
import { isReadableByOthers, keysFile } from '../../config/keys.js';
import { asKnown } from '../../config/load.js';
import { type Config, ONLY_RELAY, type RelayConfig } from '../../config/types.js';
import { createLogger, type Logger } from '../../log.js';
import { checkRelay } from '../../smtp/check-relay.js';
import { openSystem, type System } from '../../system.js';
import { checkDoor, isLoopback } from '../../web/door.js';
import { PLACEHOLDER_ADDRESS } from '../scaffold.js';
import { hasMailServer } from './dns.js';
import type { Verdict } from './verdict.js';

/** RFC 2606: names that nobody can have. */
const RESERVED_DOMAIN = /(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|test|localhost)$/;

export function publicationVerdict({ publication, file }: Config): Verdict {
  const { name, slug, from, postalAddress } = publication;
  const unset = [
    ...(RESERVED_DOMAIN.test(from.address) || /@example\./.test(from.address)
      ? ['publication.from is of a domain that nobody can have']
      : []),
    ...(postalAddress === PLACEHOLDER_ADDRESS
      ? ['publication.postalAddress is still the one of "pressrun init"']
      : []),
  ];
  if (unset.length === 0) return { kind: 'ok', words: `${name} (${slug})` };
  return {
    kind: 'warn',
    words: `${unset.join('; ')}: edit ${asKnown(file)} before the first real send`,
  };
}

export async function keysVerdict({ dataDir }: Config): Promise<Verdict> {
  const file = keysFile(dataDir);
  const others = await isReadableByOthers(file);
  if (others === undefined) return { kind: 'ok', words: 'from the environment; keep a backup' };
  return others
    ? { kind: 'warn', words: `others may read the keys: chmod 600 ${asKnown(file)}` }
    : { kind: 'ok', words: 'readable by their owner alone; keep a backup' };
}

/** The worst of all relays' verdicts, with the words of each. */
export async function relayVerdict({ smtp }: Config): Promise<Verdict> {
  const verdicts = await Promise.all(smtp.relays.map(oneRelayVerdict));
  const kind = verdicts.find((verdict) => verdict.kind === 'fail')?.kind ?? 'ok';
  return { kind, words: verdicts.map(({ words }) => words).join('; ') };
}

async function oneRelayVerdict({ name, url }: RelayConfig): Promise<Verdict> {
  const answer = await checkRelay(url);
  const key = name === ONLY_RELAY ? 'smtp.url or PRESSRUN_SMTP_URL' : `smtp.relays.${name}.url`;
  switch (answer.kind) {
    case 'ready': {
      const { tls, pipelining } = answer.offer;
      const facts = [answer.relay, tls ?? 'in the clear', ...(pipelining ? [] : ['no PIPELINING'])];
      return { kind: 'ok', words: facts.join(', ') };
    }
    case 'refused': {
      const { code, text } = answer.reply;
      const mend =
        answer.stage === 'auth' ? `check user and password of ${key}` : 'ask its operator';
      return { kind: 'fail', words: `${answer.relay} refuses us: ${code} ${text}; ${mend}` };
    }
    case 'unreachable':
      return { kind: 'fail', words: `${answer.reason}; set ${key}` };
  }
}

/** Who is told what becomes of sends; tells nobody anything. */
export async function notifyVerdict({ notify }: Config): Promise<Verdict> {
  const { mail, webhook } = notify;
  if (mail.length === 0 && webhook === undefined) {
    return { kind: 'ok', words: 'nobody is told what becomes of a send (notify is not set)' };
  }
  const people = mail.length > 0 ? [`mail to ${mail.length}`] : [];
  const trial = 'try it out with "pressrun notify"';
  if (webhook === undefined) return { kind: 'ok', words: `${people.join()}; ${trial}` };
  const { origin, hostname, protocol } = new URL(webhook.url);
  const words = [...people, `a webhook at ${origin}`].join(' and ');
  const unknown = await lookup(hostname.replace(/^\[|\]$/g, '')).then(
    () => false,
    () => true,
  );
  if (unknown) {
    return {
      kind: 'fail',
      words: `${words}, whose name does not resolve: mend notify.webhook.url`,
    };
  }
  return protocol === 'http:' && !isLoopback(hostname)
    ? { kind: 'warn', words: `${words}, in the clear: use https in notify.webhook.url` }
    : { kind: 'ok', words: `${words}; ${trial}` };
}

/**
 * Opens Redis like every command does; what that warns of in the log is the verdict here.
 * @returns the system to check the rest with; to be closed by the caller
 */
export async function openChecked(config: Config): Promise<{ verdict: Verdict; system: System }> {
  const warnings: string[] = [];
  const system = await openSystem(config, collectingLog(warnings));
  const { client, description } = system.redis;
  const version = /(?:valkey|redis)_version:(\S+)/.exec(await client.info('server'))?.[1];
  const words = [`${description}, version ${version ?? 'unknown'}`, ...warnings].join('; ');
  return { verdict: { kind: warnings.length === 0 ? 'ok' : 'warn', words }, system };
}

export async function doorVerdict(system: System, loopback: boolean): Promise<Verdict> {
  const { url } = system.config.publication;
  const door = await checkDoor(system.config, system.instanceId, { loopback });
  if (door.kind === 'rehearsal')
    return { kind: 'ok', words: `${url}, for rehearsals on this machine` };
  return isLoopback(new URL(url).hostname)
    ? { kind: 'warn', words: `${url} answers, but only on this machine: readers cannot reach it` }
    : { kind: 'ok', words: `${url} leads here` };
}

/** Whether mail to the address in List-Unsubscribe will be read. */
export async function inboundVerdict({ config, presence }: System): Promise<Verdict> {
  const { domain } = config.inbound;
  if (domain === undefined)
    return { kind: 'ok', words: 'nobody leaves by mail: no inbound.domain' };
  const missing = [
    ...((await hasMailServer(domain)) === false ? [`an MX record of ${domain}`] : []),
    ...((await presence.processes()).some(({ role }) => role === 'inbound')
      ? []
      : ['a running "pressrun start inbound"']),
  ];
  if (missing.length === 0) return { kind: 'ok', words: `mail to ${domain} is read` };
  const words = `missing: ${missing.join(', ')}; every issue names an address of ${domain}`;
  return { kind: 'warn', words };
}

function collectingLog(warnings: string[]): Logger {
  const write = (line: string) => void warnings.push((JSON.parse(line) as { msg: string }).msg);
  return createLogger({ pretty: false, level: 'warn', to: { write } });
}
