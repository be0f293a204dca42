/** The ways to the operators that the configuration names. */
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import type { Logger } from '../log.js';
import type { DkimSigner } from '../message/dkim.js';
import { createTransport } from '../smtp/transport.js';
import type { Channel } from './channel.js';
import { mailChannel } from './mail.js';
import { webhookChannel } from './webhook.js';

/** Whether anybody wants to be told anything. */
export function isWanted({ notify }: Pick<Config, 'notify'>): boolean {
  return notify.mail.length > 0 || notify.webhook !== undefined;
}

/** Relays are tried by their share, the largest first. */
export function channelsOf(
  { notify, smtp, publication, dir }: Config,
  signer: DkimSigner | undefined,
  log: Logger,
): Channel[] {
  const relays = [...smtp.relays]
    .sort((one, other) => other.share - one.share)
    .map(({ url, profile, messagesPerConnection }) => ({
      profile,
      open: () => createTransport({ url, messagesPerConnection, connections: 1, log }),
    }));
  const templatesDir = join(dir, 'templates');
  return [
    ...notify.mail.map((to) => mailChannel(to, { publication, templatesDir, relays, signer })),
    ...(notify.webhook ? [webhookChannel(notify.webhook)] : []),
  ];
}
