/** What stands in each letter. */
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import type { LetterContent } from '../message/letter.js';
import { LIFETIMES_S, signToken, type TokenPurpose } from '../message/tokens.js';
import { renderLetter } from '../render/letters.js';
import type { LetterOrder } from './letter-order.js';

export interface LetterWriter {
  config: Config;
  /** For the welcome; undefined before the first send. */
  latestIssue(): Promise<{ number: number; title: string } | undefined>;
}

/**
 * @param address where it goes
 * @throws AppError template_invalid
 */
export async function writeLetter(
  order: LetterOrder,
  address: string,
  { config, latestIssue }: LetterWriter,
): Promise<LetterContent> {
  const { publication } = config;
  const options = { templatesDir: join(config.dir, 'templates') };
  const link = linkOf(order, config);
  switch (order.kind) {
    case 'confirm': {
      const data = { confirmUrl: link, expires: expiryOf('confirm', order.at) };
      return renderLetter('confirm', data, publication, options);
    }
    case 'move': {
      const data = { confirmUrl: link, address, expires: expiryOf('move', order.at) };
      return renderLetter('move', data, publication, options);
    }
    case 'known':
    case 'manage': {
      const data = { manageUrl: link, expires: expiryOf('manage', now()) };
      return renderLetter(order.kind, data, publication, options);
    }
    case 'welcome': {
      const latest = await latestIssue();
      const data = {
        latest: latest && { ...latest, url: `${link}/${latest.number}` },
        archiveUrl: link,
        unsubscribeUrl: unsubscribeUrl(order.id, config),
      };
      return renderLetter('welcome', data, publication, options);
    }
  }
}

/** Until when a link made at `madeAt` (epoch s) works. */
function expiryOf(purpose: 'confirm' | 'manage' | 'move', madeAt: number): Date {
  return new Date((madeAt + LIFETIMES_S[purpose]) * 1000);
}

const now = () => Math.floor(Date.now() / 1000);

/** The way to leave by, in the letter and in its header. */
export function unsubscribeUrl(id: string, { keys, publication }: Config): string {
  const token = signToken(keys.tokenKeys, { purpose: 'unsubscribe', id }, publication.slug);
  return `${publication.url}/u/${token}`;
}

/** Where the letter's button leads. */
function linkOf({ kind, id, at }: LetterOrder, { keys, publication }: Config): string {
  const sign = (purpose: TokenPurpose, issuedAt: number) =>
    signToken(keys.tokenKeys, { purpose, id, issuedAt }, publication.slug);
  switch (kind) {
    case 'confirm':
      return `${publication.url}/confirm/${sign('confirm', at)}`;
    case 'manage':
    case 'known':
      // From now on: the letter may have waited for a relay.
      return `${publication.url}/p/${sign('manage', now())}`;
    case 'move':
      return `${publication.url}/move/${sign('move', at)}`;
    case 'welcome':
      return `${publication.url}/issues`;
  }
}
