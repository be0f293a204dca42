/** What stands in each letter. */
import { join } from 'node:path';
import type { Subscriber } from '../audience/types.js';
import type { Config } from '../config/types.js';
import type { LetterContent } from '../message/letter.js';
import { signToken, type TokenPurpose } from '../message/tokens.js';
import { loadStrings } from '../render/strings.js';
import { renderTemplate } from '../render/templates.js';
import type { LetterOrder } from './letter-order.js';

export interface LetterWriter {
  config: Config;
  /** For the welcome; undefined before the first send. */
  latestIssue(): Promise<{ number: number; title: string } | undefined>;
}

/** @throws AppError template_invalid */
export async function writeLetter(
  order: LetterOrder,
  { name }: Subscriber,
  { config, latestIssue }: LetterWriter,
): Promise<LetterContent> {
  const { publication } = config;
  const templatesDir = join(config.dir, 'templates');
  const strings = loadStrings(templatesDir);
  const latest = order.kind === 'welcome' ? await latestIssue() : undefined;
  const link = linkOf(order, config);
  const say = (part: string) =>
    strings.text(`letters.${order.kind}.${part}`, { publication: publication.name, name });
  const data = {
    publication,
    link,
    paragraphs: [say('text'), ...(latest ? [`${say('latest')} ${latest.title}`] : [])],
    button: say('button'),
    note: say('note'),
    subject: say('subject'),
  };
  return {
    subject: data.subject,
    html: renderTemplate('letter-plain', data, { folder: 'email', templatesDir }),
    text: [
      ...data.paragraphs,
      `${data.button}:\n${link}`,
      data.note,
      publication.postalAddress,
    ].join('\n\n'),
  };
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
      return `${publication.url}/p/${sign('manage', Math.floor(Date.now() / 1000))}`;
    case 'welcome':
      return `${publication.url}/issues`;
  }
}
