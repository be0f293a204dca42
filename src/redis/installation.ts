/** Whether the data in this Redis is ours to use: its layout, and the key its ids were made with. */
import { createHmac, randomBytes } from 'node:crypto';
import { AppError } from '../errors.js';
import { type Keys, SCHEMA_VERSION } from './keys.js';
import { loadScript, type RedisClient } from './scripts.js';

export interface Installation {
  /** Random, made once: tells this Redis from every other (the door check asks for it). */
  instanceId: string;
}

/**
 * Claims an empty Redis, or checks that this one is ours.
 * @param restoring whether what an interrupted restore left behind is welcome
 * @throws AppError schema_mismatch, keys_mismatch, restore_incomplete
 */
export async function openInstallation(
  client: RedisClient,
  keys: Keys,
  { idKey, restoring = false }: { idKey: Buffer; restoring?: boolean },
): Promise<Installation> {
  const install = loadScript('redis', 'install');
  const fingerprint = fingerprintOf(idKey);
  const fresh = randomBytes(16).toString('base64url');
  const reply = await install.run(
    client,
    [keys.installation],
    [SCHEMA_VERSION, fingerprint, fresh],
  );
  const [schema, stored, instanceId, begun] = reply as [string, string, string, string | null];
  if (schema !== String(SCHEMA_VERSION)) {
    throw new AppError(
      'schema_mismatch',
      `the data in Redis has layout ${schema} and this pressrun reads layout ${SCHEMA_VERSION}: run the version that wrote it`,
    );
  }
  if (stored !== fingerprint) {
    throw new AppError(
      'keys_mismatch',
      'the id key is not the one this Redis was filled with, so nobody on the list could be found: put back .pressrun/keys.yaml (or PRESSRUN_SECRET) as it was',
    );
  }
  if (begun && !restoring) {
    throw new AppError(
      'restore_incomplete',
      'a restore was interrupted, so what is in Redis is not whole: run `pressrun restore FILE` again (with --replace)',
    );
  }
  return { instanceId };
}

/** Marks the installation: until {@link endRestore} nobody but a restore opens it. */
export async function beginRestore(client: RedisClient, keys: Keys, backup: string): Promise<void> {
  await client.hset(keys.installation, 'restoring', backup);
}

/** Takes the mark away, in the same step in which the installation gets its new id. */
export async function endRestore(client: RedisClient, keys: Keys, instance: string): Promise<void> {
  await client
    .multi()
    .hset(keys.installation, 'instance', instance)
    .hdel(keys.installation, 'restoring')
    .exec();
}

/** Tells id keys apart without telling them. */
export function fingerprintOf(idKey: Buffer): string {
  return createHmac('sha256', idKey).update('pressrun id key').digest('base64url').slice(0, 22);
}
