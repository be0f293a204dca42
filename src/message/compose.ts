/**
 * One person's copy of a prepared message. This is the hot path: static bytes are made into Buffers
 * once per composer and shared, and per recipient only slots and header fields are worked on. (DKIM
 * has to hash every byte all the same.)
 *
 * Fields of a subscriber are hostile until escaped: slots escape for the place they stand in,
 * quoted-printable and the header encodings see to the rest. A copy never holds another person's
 * data: nothing of a reader's is kept between two calls.
 */
import type { RelayProfile } from '../config/types.js';
import { AppError } from '../errors.js';
import { compileSlot, slotEvaluator } from '../render/slots.js';
import type { Piece, Slot, SlotData } from '../render/types.js';
import type { DkimSigner } from './dkim.js';
import {
  type Copy,
  messageIdOf,
  personalHeaders,
  serializeHeaders,
  subjectValue,
} from './headers.js';
import type { TokenKeys } from './mac.js';
import type { BodySegment } from './multipart.js';
import type { PreparedMessage } from './prepare.js';
import { encodeQuotedPrintable } from './quoted-printable.js';
import { relayOrders, signedHeaderNames } from './relay-profile.js';
import { signToken } from './tokens.js';
import type { ComposedMessage, MessageSettings, Recipient } from './types.js';
import { returnPathLocalPart } from './verp.js';

/** Makes one person's copy of a prepared message. */
export interface Composer {
  /**
   * The same recipient and date give the same bytes.
   * @param sentAt the `Date` of this attempt
   * @throws AppError address_invalid when the address cannot stand in a header or an envelope
   */
  compose(recipient: Recipient, sentAt: Date): Promise<ComposedMessage>;
}

export interface ComposerSecrets {
  /** Newest first; the first signs. */
  tokenKeys: TokenKeys;
  /** Needed when the message was prepared to be signed. */
  signer?: DkimSigner | undefined;
}

type LinkPurpose = 'unsubscribe' | 'test';

export interface ComposerOptions {
  /** What the links to leave are good for: in a test copy they change nothing. */
  linkPurpose?: LinkPurpose;
  /** Of the relay the copies go to; that of the approval unless said otherwise. */
  profile?: RelayProfile;
}

type Evaluate = (data: SlotData) => string;

/**
 * @throws AppError dkim_invalid when the message was approved with a signature nobody can make now
 * @throws AppError send_refused when a newer pressrun prepared the message
 */
export function createComposer(
  prepared: PreparedMessage,
  secrets: ComposerSecrets,
  { linkPurpose = 'unsubscribe', profile = prepared.settings.profile }: ComposerOptions = {},
): Composer {
  requireVersion(prepared);
  // What was approved goes over whichever relay; its orders to the relay are the relay's.
  const settings = { ...prepared.settings, profile };
  const headers = [...relayOrders(profile), ...prepared.headers];
  const signer = requireSigner(settings, secrets.signer);
  const subject = subjectEvaluator(prepared.subject);
  const sharedHeader = `${serializeHeaders(headers)}\r\n`;
  const fillBody = bodyFiller(prepared.body);
  const signedNames = signedHeaderNames(settings.profile);

  async function compose(recipient: Recipient, sentAt: Date): Promise<ComposedMessage> {
    const copy = copyOf(recipient, sentAt);
    const bodyChunks = fillBody(copy.data);
    const fields = personalHeaders(settings, copy);
    const signature = await signer?.sign({
      headers: [...fields, ...headers],
      signedNames,
      body: bodyChunks,
      signedAt: sentAt,
    });
    const own = serializeHeaders(signature === undefined ? fields : [signature, ...fields]);
    const chunks = [Buffer.from(own + sharedHeader, 'latin1'), ...bodyChunks];
    return {
      messageId: copy.messageId,
      envelopeFrom: envelopeFrom(settings, secrets.tokenKeys, recipient.id),
      envelopeTo: recipient.address,
      chunks,
      size: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    };
  }

  function copyOf(recipient: Recipient, sentAt: Date): Copy & { data: SlotData } {
    const { slug, issue } = settings;
    const claims = { purpose: linkPurpose, id: recipient.id, issue };
    const token = signToken(secrets.tokenKeys, claims, slug);
    const data = slotData(recipient, settings, token);
    return {
      recipient,
      sentAt,
      data,
      messageId: messageIdOf(settings, recipient.id),
      subject: subject(data),
      unsubscribeUris: unsubscribeUris(settings, secrets.tokenKeys, claims, data.unsubscribe_url),
    };
  }

  return { compose };
}

function requireVersion(prepared: { version: number }): void {
  if (prepared.version === 1) return;
  throw new AppError(
    'send_refused',
    `the message was prepared in format ${prepared.version} and this pressrun knows format 1: ` +
      'run the pressrun that prepared it, or a newer one',
  );
}

/** What was approved to be signed never leaves unsigned, nor signed by another domain. */
function requireSigner(
  { dkim }: MessageSettings,
  signer: DkimSigner | undefined,
): DkimSigner | undefined {
  if (dkim === undefined || dkim.domain === signer?.domain) return signer;
  throw new AppError(
    'dkim_invalid',
    `the message was approved to be signed by ${dkim.domain}, but ` +
      `${signer ? `dkim.domain is now ${signer.domain}` : 'no DKIM key is configured now'}: ` +
      'restore the dkim settings in pressrun.yaml, or amend the send',
  );
}

/** The subject in wire form; encoded once when it is the same for everyone. */
function subjectEvaluator(pieces: readonly Piece[]): Evaluate {
  const parts = pieces.map((piece) =>
    typeof piece === 'string' ? () => piece : compileSlot(piece.source),
  );
  const evaluate = (data: SlotData) => subjectValue(parts.map((part) => part(data)).join(''));
  if (pieces.some((piece) => typeof piece !== 'string')) return evaluate;
  const fixed = subjectValue(pieces.join(''));
  return () => fixed;
}

/** Shorter static segments are copied in with the slots beside them: each chunk is a write of its own. */
const SHORT = 1_024;

/** Long static segments become Buffers once; each slot is evaluated and encoded once a copy. */
function bodyFiller(body: readonly BodySegment[]): (data: SlotData) => Buffer[] {
  const slots: Evaluate[] = [];
  const places = new Map<string, number>();
  const placeOf = (slot: Slot): number => {
    const key = JSON.stringify([slot.source, slot.wrap]);
    const place = places.get(key) ?? slots.push(slotEvaluator(slot, encodeQuotedPrintable)) - 1;
    places.set(key, place);
    return place;
  };
  const parts = body.map((segment) => {
    if (typeof segment !== 'string') return placeOf(segment);
    return segment.length < SHORT ? segment : Buffer.from(segment, 'latin1');
  });
  return (data) => {
    const filled = slots.map((evaluate) => evaluate(data));
    const chunks: Buffer[] = [];
    let run = '';
    const endRun = (): void => {
      if (run !== '') chunks.push(Buffer.from(run, 'latin1'));
      run = '';
    };
    for (const part of parts) {
      if (typeof part === 'string') run += part;
      else if (typeof part === 'number') run += filled[part];
      else {
        endRun();
        chunks.push(part);
      }
    }
    endRun();
    return chunks;
  };
}

/** The web form first; the mailto only where mail is read, so that no address is a dead one. */
function unsubscribeUris(
  { slug, inboundDomain }: MessageSettings,
  keys: TokenKeys,
  { purpose, id, issue }: { purpose: LinkPurpose; id: string; issue: number },
  url: string,
): [string, ...string[]] {
  if (inboundDomain === undefined) return [url];
  const kind = purpose === 'test' ? 'test' : 'unsub';
  const localPart = returnPathLocalPart(keys, slug, kind, { id, issue });
  return [url, `mailto:${localPart}@${inboundDomain}`];
}

function envelopeFrom(settings: MessageSettings, keys: TokenKeys, id: string): string {
  const { slug, issue, bounceDomain, from } = settings;
  if (bounceDomain === undefined) return from.address;
  return `${returnPathLocalPart(keys, slug, 'b', { id, issue })}@${bounceDomain}`;
}

/** @param token opens either page: what it may do there is what whoever was forwarded a mail may do */
function slotData(
  { attributes, name, address }: Recipient,
  { publicUrl }: MessageSettings,
  token: string,
): SlotData {
  return {
    subscriber: { ...attributes, name, email: address, attributes },
    unsubscribe_url: `${publicUrl}/u/${token}`,
    preferences_url: `${publicUrl}/p/${token}`,
  };
}
