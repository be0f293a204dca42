/**
 * The secrets of an installation: the id key, which must never change (subscriber ids are made
 * with it), and the token keys, of which the first signs and all verify.
 *
 * They come from `.pressrun/keys.yaml`, or from the environment: PRESSRUN_SECRET gives both;
 * PRESSRUN_TOKEN_SECRETS lists the token secrets, newest first, so that a rotation is
 * `PRESSRUN_TOKEN_SECRETS=new,old` with the old PRESSRUN_SECRET as the last of them.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../errors.js';
import { readYamlFile, type YamlFile } from './document.js';
import { type Environment, variable } from './environment.js';
import type { Config } from './types.js';

type Keys = Config['keys'];

const KEY_BYTES = 32;
const SHORTEST_SECRET = 32;
const KEYS_FILE_HEAD = `# The keys of this pressrun installation. Keep this file out of git and in your backups.
# idKey must never change: without it nobody on the list can be found again.
# tokenKeys sign the links in mails: add a new one on top, and keep the old ones for as long as
# mails signed with them should still be able to unsubscribe.
`;

export function keysFile(dataDir: string): string {
  return join(dataDir, 'keys.yaml');
}

/**
 * @param name how messages call the keys file
 * @throws AppError `keys_missing`, or `config_invalid` for a key that is none
 */
export async function loadKeys(dataDir: string, name: string, env: Environment): Promise<Keys> {
  const secrets = secretsIn(env);
  if (secrets.idKey && secrets.tokenKeys) {
    return { idKey: secrets.idKey, tokenKeys: secrets.tokenKeys };
  }
  const stored = await readKeysFile(keysFile(dataDir), name);
  return { idKey: secrets.idKey ?? stored.idKey, tokenKeys: secrets.tokenKeys ?? stored.tokenKeys };
}

/**
 * Writes a keys file with fresh random keys, readable by its owner only.
 * @throws AppError `file_exists`: keys are never overwritten
 */
export async function createKeysFile(dataDir: string): Promise<string> {
  const file = keysFile(dataDir);
  const key = () => randomBytes(KEY_BYTES).toString('base64url');
  const text = `${KEYS_FILE_HEAD}idKey: ${key()}\ntokenKeys:\n  - ${key()}\n`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
    throw new AppError('file_exists', 'the keys exist already; they must not change', {
      file,
      cause,
    });
  });
  return file;
}

/** True when others than the owner may read the file; undefined when there is none. */
export async function isReadableByOthers(file: string): Promise<boolean | undefined> {
  const status = await stat(file).catch(() => undefined);
  return status && (status.mode & 0o077) !== 0;
}

function secretsIn(env: Environment): { idKey?: Buffer; tokenKeys?: Keys['tokenKeys'] } {
  const secret = variable(env, 'PRESSRUN_SECRET');
  const listed = variable(env, 'PRESSRUN_TOKEN_SECRETS')?.split(',') ?? [];
  if (secret !== undefined) requireLength('PRESSRUN_SECRET', secret);
  for (const text of listed) requireLength('PRESSRUN_TOKEN_SECRETS', text.trim());
  const tokenSecrets = listed.length === 0 && secret !== undefined ? [secret] : listed;
  const [newest, ...older] = tokenSecrets.map((text) => derive(text.trim(), 'token key'));
  return {
    ...(secret !== undefined && { idKey: derive(secret, 'id key') }),
    ...(newest && { tokenKeys: [newest, ...older] }),
  };
}

function requireLength(name: string, secret: string): void {
  if (secret.length >= SHORTEST_SECRET) return;
  throw new AppError(
    'config_invalid',
    `environment variable ${name}: found a secret of ${secret.length} characters; ` +
      `allowed: at least ${SHORTEST_SECRET} random ones, such as "openssl rand -hex 32" prints`,
  );
}

/** @see RFC 5869; the purpose keeps the two keys of one secret independent. */
function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `pressrun ${purpose}`, KEY_BYTES));
}

async function readKeysFile(file: string, name: string): Promise<Keys> {
  const yaml = await readYamlFile(file, name, {
    code: 'keys_missing',
    message: `no keys: ${name} cannot be read and PRESSRUN_SECRET is not set; restore that file from your backup, or set the variable ("pressrun init" writes keys for a new publication)`,
  });
  const { idKey, tokenKeys } = (yaml.value ?? {}) as Record<string, unknown>;
  const first = keyFrom(yaml, ['idKey'], idKey);
  const listed = Array.isArray(tokenKeys) ? tokenKeys : [undefined];
  const [newest, ...older] = listed.map((key, index) => keyFrom(yaml, ['tokenKeys', index], key));
  if (!newest) throw new AppError('keys_missing', 'tokenKeys is an empty list', { file: name });
  return { idKey: first, tokenKeys: [newest, ...older] };
}

function keyFrom(yaml: YamlFile, path: (string | number)[], text: unknown): Buffer {
  const key = typeof text === 'string' ? Buffer.from(text, 'base64url') : undefined;
  if (key && key.length >= KEY_BYTES && key.toString('base64url') === text) return key;
  throw new AppError(
    'config_invalid',
    `${path[0]}: found no key; allowed: ${KEY_BYTES} bytes or more in base64url, as "pressrun init" writes them`,
    { file: yaml.name, line: yaml.lineOf(path) },
  );
}
