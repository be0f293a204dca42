/**
 * Configuration: `pressrun.yaml` over `config/defaults.yaml`, the environment over both, checked
 * once and handed on as one frozen object.
 *
 * Owns every value a person can set and where it may come from, and is the only reader of
 * process.env. Never fills in something a person should have decided (sender, URL, postal
 * address), and never prints a secret, not even a wrong one.
 */
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../package-root.js';
import { type Path, readYamlFile, type YamlFile } from './document.js';
import { type Environment, overridesOf } from './environment.js';
import { loadKeys } from './keys.js';
import { configError } from './problems.js';
import { PROVIDER_CONNECTIONS, PROVIDER_GROUPS } from './providers.js';
import { type ParsedSettings, settingsSchema } from './schema.js';
import { type Config, ONLY_RELAY } from './types.js';
import { machineTimezone } from './values.js';

/** All of the configuration that is no secret of the installation. */
export type Settings = Omit<Config, 'keys'>;

export const FILE_NAME = 'pressrun.yaml';
export const DATA_FOLDER = '.pressrun';

/**
 * @param dir the publication's folder
 * @returns deeply frozen (keys are Buffers and stay what they are)
 * @throws AppError `config_missing`, `config_invalid` (all problems at once), `keys_missing`
 */
export async function loadConfig(dir: string, env: Environment = process.env): Promise<Config> {
  const settings = await loadSettings(dir, env);
  const keys = await loadKeys(settings.dataDir, asKnown(join(settings.dataDir, 'keys.yaml')), env);
  return frozen({ ...settings, keys });
}

/**
 * The same without the keys, for what works on a clone that has none: show and check an issue.
 * @throws AppError `config_missing`, `config_invalid`
 */
export async function loadSettings(dir: string, env: Environment = process.env): Promise<Settings> {
  const folder = resolve(dir);
  const file = join(folder, FILE_NAME);
  const written = await readYamlFile(file, asKnown(file), {
    code: 'config_missing',
    message: `no ${FILE_NAME} in ${folder}; name a publication's folder with --dir, or make one with "pressrun init ${asKnown(folder)}"`,
  });
  return settingsIn(written, folder, env);
}

/**
 * What an issue is checked against where there is no publication around it.
 * @param dir the folder that is searched for issues
 */
export async function standInSettings(dir: string): Promise<Settings> {
  const publication = {
    name: 'Newsletter',
    slug: 'newsletter',
    prefix: 'NL',
    from: 'editor@newsletter.example',
    url: 'https://newsletter.example',
    postalAddress: '1 Example Street',
  };
  const written = { name: FILE_NAME, value: { publication }, lineOf: () => 1 };
  return settingsIn(written, resolve(dir), {});
}

/**
 * Checks what stands in a pressrun.yaml, whether or not it was written yet.
 * @param folder absolute path of the publication
 * @throws AppError `config_invalid`
 */
export async function settingsIn(
  written: YamlFile,
  folder: string,
  env: Environment,
): Promise<Settings> {
  const overrides = overridesOf(env);
  const input = overrides.reduce(
    (merged, { path, value }) => withValue(merged, path, value),
    over(filled(await readDefaults()), filled(withEmptyColors(written.value))),
  );
  const result = settingsSchema.safeParse(input);
  if (!result.success) {
    throw configError(settingsSchema, input, result.error.issues, (path) => {
      const winner = overrides.find((override) => startsWith(path, override.path));
      if (winner) return { variable: winner.variable };
      return { file: written.name, line: written.lineOf(path) };
    });
  }
  return frozen(settingsFrom(folder, result.data));
}

function settingsFrom(dir: string, parsed: ParsedSettings): Settings {
  const {
    publication,
    delivery,
    notify,
    smtp,
    check,
    dkim,
    redis,
    bounce,
    inbound,
    http,
    metrics,
  } = parsed;
  const { archive, podcast, design } = parsed;
  const { retry, giveUpAfter, lockDuration, ...others } = delivery;
  const { linkTimeout, ...limits } = check;
  const named = { ...publication.from, name: publication.from.name || publication.name };
  return {
    dir,
    dataDir: join(dir, DATA_FOLDER),
    file: join(dir, FILE_NAME),
    publication: {
      ...publication,
      from: named,
      replyTo: publication.replyTo,
      timezone: publication.timezone ?? machineTimezone(),
      design,
      approver: publication.approver,
      editions: {
        highlights: publication.editions.highlights,
        subjectNote: publication.editions.subjectNote,
      },
    },
    redis,
    smtp: smtpFrom(smtp),
    delivery: {
      ...others,
      schedule: delivery.schedule,
      retryMs: retry,
      giveUpAfterMs: giveUpAfter,
      lockDurationMs: lockDuration,
    },
    notify: { mail: notify.mail, webhook: notify.webhook },
    check: { ...limits, linkTimeoutMs: linkTimeout },
    dkim: dkim && { ...dkim, keyFile: resolve(dir, dkim.keyFile) },
    bounce: { domain: bounce.domain },
    inbound: { ...inbound, domain: inbound.domain },
    archive: { before: archive.before, maxImageBytes: archive.maxImageBytes },
    podcast: podcastFrom(podcast),
    http,
    metrics: { host: metrics.host, port: metrics.port },
  };
}

/** What is left out is there, and undefined. */
function podcastFrom(podcast: ParsedSettings['podcast']): Config['podcast'] {
  const { title, description, author, email, image, category, explicit } = podcast;
  return { title, description, author, email, image, category, explicit };
}

/** What is not set for a relay is as for all of them. */
function smtpFrom({ relays, lanes, ...common }: ParsedSettings['smtp']): Config['smtp'] {
  const { url, profile, connections, messagesPerConnection, rate } = common;
  const named = Object.entries(relays).map(([name, relay]) => ({
    name,
    url: relay.url,
    share: relay.share,
    profile: relay.profile ?? profile,
    connections: relay.connections ?? connections,
    messagesPerConnection: relay.messagesPerConnection ?? messagesPerConnection,
    rate: relay.rate ?? rate,
  }));
  const settings = { url, profile, connections, messagesPerConnection, rate };
  return {
    ...settings,
    relays: named.length > 0 ? named : [{ name: ONLY_RELAY, share: 1, ...settings }],
    lanes: lanesFrom(profile, lanes, connections),
  };
}

/** With an own MTA one lane for each group of mailbox providers, else one for all. */
function lanesFrom(
  profile: Config['smtp']['profile'],
  lanes: ParsedSettings['smtp']['lanes'],
  connections: number,
): Config['smtp']['lanes'] {
  if (profile !== 'mta') return [{ name: 'default', connections, rate: undefined }];
  return PROVIDER_GROUPS.map((name) => ({
    name,
    connections: lanes[name]?.connections ?? PROVIDER_CONNECTIONS[name],
    rate: lanes[name]?.rate,
  }));
}

async function readDefaults(): Promise<unknown> {
  return parse(await readFile(join(packageRoot(), 'config', 'defaults.yaml'), 'utf8'));
}

/** `upper` over `lower`, mapping by mapping; both without empty values. */
function over(lower: unknown, upper: unknown): unknown {
  if (!isMapping(lower) || !isMapping(upper)) return upper ?? lower;
  const merged = Object.entries(upper).map(([key, value]) => [key, over(lower[key], value)]);
  return { ...lower, ...Object.fromEntries(merged) };
}

/** Without quotes a colour is a comment to YAML: an empty one was meant to be one, and is refused. */
function withEmptyColors(value: unknown): unknown {
  if (!isMapping(value) || !isMapping(value.design)) return value;
  const sections = Object.entries(value.design).map(([name, section]) => {
    if ((name !== 'light' && name !== 'dark') || !isMapping(section)) return [name, section];
    const colors = Object.entries(section).map(([key, color]) => [key, color ?? '']);
    return [name, Object.fromEntries(colors)];
  });
  return { ...value, design: Object.fromEntries(sections) };
}

/** Without keys that have no value: they count as not written. */
function filled(value: unknown): unknown {
  if (!isMapping(value)) return value ?? undefined;
  const entries = Object.entries(value).map(([key, inner]) => [key, filled(inner)]);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

function withValue(container: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (!isMapping(container)) return container;
  return { ...container, [step]: withValue(container[step], rest, value) };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function startsWith(path: Path, head: Path): boolean {
  return head.every((step, index) => path[index] === step);
}

/** A path as the person at the terminal would write it. */
export function asKnown(path: string): string {
  const known = relative(process.cwd(), path);
  return known === '' ? '.' : known.startsWith('..') ? path : known;
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
