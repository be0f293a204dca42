/** A new publication: what stands in its files, before any of them is written. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../package-root.js';

/** What a person can choose for a new publication. */
export interface Choices {
  name: string;
  slug: string;
  prefix: string;
  from: string;
  url: string;
  postalAddress: string;
  smtpUrl: string;
}

/** A publication that is not told otherwise points at this machine: nothing leaves by accident. */
const REHEARSAL_URL = 'http://localhost:8080';
const LOCAL_RELAY = 'smtp://localhost:25';
/** RFC 2606 §2: nobody can have it, so nobody is impersonated. */
const PLACEHOLDER_DOMAIN = 'example.org';
/** What `doctor` recognises as not yet filled in. */
export const PLACEHOLDER_ADDRESS = 'Your Publication, 1 Example Street, 12345 Example City';

const LONGEST_SLUG = 40;
const LONGEST_PREFIX = 4;

/** Fills in what was not chosen, from what was. */
export function completed(chosen: Partial<Choices>, folderName: string): Choices {
  const name = chosen.name ?? titleFrom(folderName);
  const url = chosen.url ?? REHEARSAL_URL;
  return {
    name,
    slug: chosen.slug ?? slugFrom(name),
    prefix: chosen.prefix ?? initialsOf(name),
    from: chosen.from ?? `${quotedName(name)} <news@${domainFor(url)}>`,
    url,
    postalAddress: chosen.postalAddress ?? PLACEHOLDER_ADDRESS,
    smtpUrl: chosen.smtpUrl ?? LOCAL_RELAY,
  };
}

export function configurationFile(choices: Choices): string {
  const { name, slug, prefix, from, url, postalAddress, smtpUrl } = choices;
  return `# yaml-language-server: $schema=.pressrun/pressrun.schema.json
# ${name.replace(/\s+/g, ' ')}. Every key with its meaning and default: config/defaults.yaml of pressrun.
publication:
  name: ${scalar(name)}
  # Begins every key in Redis; changing it later starts with an empty audience.
  slug: ${scalar(slug)}
  # In subjects and references: "[${prefix.replace(/\s+/g, ' ')} #1]: ...".
  prefix: ${scalar(prefix)}
  from: ${scalar(from)}
  # replyTo: Editor <editor@${PLACEHOLDER_DOMAIN}>
  # Where readers reach "pressrun start web": every mail's unsubscribe link begins with it.
  url: ${scalar(url)}
  # Stands in every mail; the law in many countries asks for it.
  postalAddress: ${scalar(postalAddress)}
  language: en

smtp:
  # The relay that takes the mail: ${LOCAL_RELAY} is a mail server on this machine.
  # With a password, set the environment variable PRESSRUN_SMTP_URL instead; it wins over this line.
  url: ${scalar(smtpUrl)}
  # generic, ses, postmark, mailgun, sendgrid or mta
  profile: generic
`;
}

/** @param today YYYY-MM-DD */
export async function sampleIssue(today: string): Promise<string> {
  const file = join(packageRoot(), 'config', 'publication', 'issues', '1.md');
  return (await readFile(file, 'utf8')).replace('YYYY-MM-DD', today);
}

/** JSON Schema of pressrun.yaml, for editors. */
export function schemaFile(): Promise<string> {
  return readFile(join(packageRoot(), 'config', 'pressrun.schema.json'), 'utf8');
}

/** `the-weekly` → `The Weekly` */
function titleFrom(folderName: string): string {
  const words = folderName.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const title = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
  return title || 'Newsletter';
}

function slugFrom(name: string): string {
  const ascii = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const dashed = ascii.replace(/[^a-z0-9]+/g, '-').slice(0, LONGEST_SLUG);
  return dashed.replace(/^-+|-+$/g, '') || 'newsletter';
}

/** `The Soil Weekly` → `TSW`; of a single word its first two letters. */
function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const initials = words.map((word) => [...word][0] ?? '').join('');
  const letters = words.length > 1 ? initials.slice(0, LONGEST_PREFIX) : name.trim().slice(0, 2);
  return letters.toUpperCase();
}

function domainFor(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  const isName = /\.[a-z][a-z0-9-]*$/i.test(host) && !host.endsWith('.localhost');
  return isName ? host.replace(/^www\./, '') : PLACEHOLDER_DOMAIN;
}

/** A display name as it may stand before an address. @see RFC 5322 §3.2.4 */
function quotedName(name: string): string {
  return /^[\p{L}\p{N} _-]*$/u.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function scalar(text: string): string {
  return stringify(text, { lineWidth: 0, defaultStringType: 'PLAIN', blockQuote: false }).trimEnd();
}
