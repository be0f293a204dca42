/** What the DNS says about our domains: SPF, DMARC, the DKIM key, and who takes mail. */
import { Resolver } from 'node:dns/promises';
import type { Config } from '../../config/types.js';
import type { DkimSigner } from '../../message/dkim.js';
import type { Verdict } from './verdict.js';

/** For each of a resolver's two tries; nobody waits longer for a hint. */
const PATIENCE_MS = 2_000;

/**
 * Whether the domain of the sender says who may send for it.
 * @see RFC 7208 §3 (SPF), RFC 7489 §6.1 (DMARC)
 */
export async function senderVerdict({ publication }: Config): Promise<Verdict> {
  const domain = publication.from.address.split('@').at(-1) ?? '';
  const [spf, dmarc] = await Promise.all([txtRecords(domain), txtRecords(`_dmarc.${domain}`)]);
  if (spf === undefined || dmarc === undefined) {
    return {
      kind: 'warn',
      words: `${domain} could not be looked up: check its SPF and DMARC records yourself`,
    };
  }
  const missing = [
    ...(spf.some((record) => /^v=spf1( |$)/i.test(record))
      ? []
      : [`an SPF record (TXT ${domain})`]),
    ...(dmarc.some((record) => /^v=DMARC1/i.test(record))
      ? []
      : [`a DMARC record (TXT _dmarc.${domain})`]),
  ];
  if (missing.length === 0) return { kind: 'ok', words: `${domain} has SPF and DMARC` };
  return { kind: 'warn', words: `missing: ${missing.join(', ')}; the large providers demand both` };
}

/** Whether the DNS has the public half of the key we sign with. @see RFC 6376 §3.6.2 */
export async function dkimRecordVerdict(signer: DkimSigner): Promise<Verdict> {
  const name = `${signer.selector}._domainkey.${signer.domain}`;
  const published = await txtRecords(name);
  if (published === undefined) return { kind: 'warn', words: `${name} could not be looked up` };
  const ours = publicKeyIn(signer.dnsRecord);
  if (published.some((record) => publicKeyIn(record) === ours)) {
    return { kind: 'ok', words: `signs for ${signer.domain}, and the DNS has the key` };
  }
  const mend = `publish TXT ${name} "${signer.dnsRecord}"`;
  return { kind: 'fail', words: `the DNS does not have this key: ${mend}` };
}

function publicKeyIn(record: string): string | undefined {
  return /(?:^|;)p=([^;]*)/.exec(record.replace(/\s/g, ''))?.[1];
}

/** @returns undefined when the DNS could not be asked */
export async function hasMailServer(domain: string): Promise<boolean | undefined> {
  const servers = await records((resolver) => resolver.resolveMx(domain));
  // RFC 7505: one without a name says that there is none.
  return servers?.some(({ exchange }) => exchange !== '');
}

async function txtRecords(name: string): Promise<string[] | undefined> {
  const found = await records((resolver) => resolver.resolveTxt(name));
  return found?.map((parts) => parts.join(''));
}

/** @returns undefined when the DNS could not be asked; empty when it has none */
async function records<Found>(
  ask: (resolver: Resolver) => Promise<Found[]>,
): Promise<Found[] | undefined> {
  try {
    return await ask(new Resolver({ timeout: PATIENCE_MS, tries: 2 }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : undefined;
  }
}
