/**
 * Telling people: a mail to each operator, over the relay that the issues go by.
 *
 * Its Message-ID is the same in every attempt, so that a mailbox can tell a copy of a copy.
 * @see RFC 3834 §5 (Auto-Submitted)
 */
import type { Config, Mailbox } from '../config/types.js';
import type { DkimSigner } from '../message/dkim.js';
import { headerDate, serializeHeaders, subjectValue } from '../message/headers.js';
import { mailboxValue } from '../message/mailbox.js';
import { boundaryOf, multipartBody } from '../message/multipart.js';
import { signedHeaderNames } from '../message/relay-profile.js';
import type { HeaderField } from '../message/types.js';
import { type LetterData, renderLetter } from '../render/letters.js';
import type { Transaction, Transport } from '../smtp/types.js';
import type { Channel, Telling } from './channel.js';
import { ledgerRows, type Notice, type NoticedSend, type NoticeWords, wordsOf } from './notice.js';

export interface OperatorMail {
  publication: Config['publication'];
  /** The publication's own templates. */
  templatesDir: string;
  /** The ways out, tried in this order. */
  relays: readonly NoticeRelay[];
  signer: DkimSigner | undefined;
}

export interface NoticeRelay {
  profile: Config['smtp']['profile'];
  /** For one mail; closed behind it. */
  open(): Transport;
}

export function mailChannel(to: Mailbox, options: OperatorMail): Channel {
  return {
    name: `mail ${to.address}`,
    async tell(notice, signal) {
      let told: Telling = { kind: 'failed', why: 'there is no relay' };
      for (const relay of options.relays) {
        told = await over(relay, to, notice, options, signal);
        if (told.kind === 'told' || signal.aborted) return told;
      }
      return told;
    },
  };
}

async function over(
  { profile, open }: NoticeRelay,
  to: Mailbox,
  notice: Notice,
  options: OperatorMail,
  signal: AbortSignal,
): Promise<Telling> {
  const chunks = await composeNotice(notice, { to, profile, sentAt: new Date(), ...options });
  const transport = open();
  const hangUp = (): void => void transport.close(0);
  signal.addEventListener('abort', hangUp);
  try {
    const from = options.publication.from.address;
    return tellingOf(await transport.send({ from, to: to.address }, chunks));
  } finally {
    signal.removeEventListener('abort', hangUp);
    await transport.close(0);
  }
}

function tellingOf(transaction: Transaction): Telling {
  if (transaction.kind === 'accepted') return { kind: 'told' };
  if (transaction.kind !== 'refused') return { kind: 'failed', why: transaction.error };
  const { code, text } = transaction.reply;
  return { kind: 'failed', why: `the relay refused the mail: ${code} ${text}` };
}

/**
 * The message, ready for the wire.
 * @throws AppError template_invalid, address_invalid
 */
export async function composeNotice(
  notice: Notice,
  options: Omit<OperatorMail, 'relays'> & {
    to: Mailbox;
    profile: Config['smtp']['profile'];
    sentAt: Date;
  },
): Promise<Buffer[]> {
  const { publication, templatesDir, signer, to, profile, sentAt } = options;
  const words = wordsOf(notice);
  const { send } = notice;
  const letter = await renderLetter('operator', letterOf(words, send), publication, {
    templatesDir,
  });
  const rendered = { subject: [], html: [letter.html], text: [letter.text] };
  const boundary = boundaryOf(rendered);
  const domain = publication.from.address.split('@').at(-1) ?? '';
  const headers: HeaderField[] = [
    { name: 'From', value: mailboxValue(publication.from, 'From: '.length) },
    { name: 'To', value: mailboxValue(to, 'To: '.length) },
    { name: 'Subject', value: subjectValue(letter.subject) },
    { name: 'Date', value: headerDate(sentAt) },
    { name: 'Message-ID', value: `<${notice.id}@${domain}>` },
    { name: 'Auto-Submitted', value: 'auto-generated' },
    { name: 'MIME-Version', value: '1.0' },
    { name: 'Content-Type', value: `multipart/alternative;\r\n boundary="${boundary}"` },
    { name: 'Content-Transfer-Encoding', value: '7bit' },
  ];
  const body = multipartBody(rendered, boundary).map((part) => Buffer.from(String(part), 'latin1'));
  const signature = await signer?.sign({
    ...{ headers, body, signedAt: sentAt },
    signedNames: signedHeaderNames(profile),
  });
  const fields = signature === undefined ? headers : [signature, ...headers];
  return [Buffer.from(`${serializeHeaders(fields)}\r\n`, 'latin1'), ...body];
}

/** The same look as every other letter. */
function letterOf(
  { subject, happened, todo }: NoticeWords,
  send: NoticedSend | undefined,
): LetterData['operator'] {
  return {
    headline: subject,
    ...(send && { about: `#${send.issue} ${send.title}` }),
    text: happened,
    facts: send ? ledgerRows(send).map(({ word, count }) => ({ name: word, value: count })) : [],
    commands: todo,
  };
}
