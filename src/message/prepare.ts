/**
 * Freezes a rendered mail into a prepared message: every byte that is the same for everyone is
 * encoded once, here; what differs stays as slots, which compose.ts fills per recipient.
 *
 * A prepared message is what the operator approved. It must never depend on anything but its own
 * JSON and the secrets: no templates, no files, no config read later.
 *
 * @see RFC 5322 (format), RFC 2045–2047 (MIME), RFC 2369, RFC 2919, RFC 8058 (list headers)
 */
import { createHash } from 'node:crypto';
import type { Piece, RenderedMail } from '../render/types.js';
import { sharedHeaders } from './headers.js';
import { type BodySegment, boundaryOf, multipartBody } from './multipart.js';
import type { HeaderField, MessageSettings } from './types.js';

/** A message frozen for sending: plain JSON, so that it outlives restarts and upgrades. */
export interface PreparedMessage {
  version: 1;
  /** Hex SHA-256 of all but the revision: an amendment that changes nothing has the same. */
  contentHash: string;
  settings: MessageSettings;
  subject: Piece[];
  /** Header fields that are the same for everyone. */
  headers: HeaderField[];
  /** In order; strings are in wire form. */
  body: BodySegment[];
}

/** @throws AppError address_invalid when From or Reply-To cannot stand in a mail */
export function prepareMessage(mail: RenderedMail, settings: MessageSettings): PreparedMessage {
  const boundary = boundaryOf(mail);
  const frozen = {
    version: 1 as const,
    settings: frozenSettings(settings),
    subject: mail.subject,
    headers: sharedHeaders(settings, boundary),
    body: multipartBody(mail, boundary),
  };
  return { ...frozen, contentHash: contentHashOf(frozen) };
}

/** Exactly the known settings in a fixed order, so that equal settings have equal JSON. */
function frozenSettings(settings: MessageSettings): MessageSettings {
  const { from, replyTo, dkim } = settings;
  return {
    slug: settings.slug,
    issue: settings.issue,
    revision: settings.revision,
    from: { name: from.name, address: from.address },
    replyTo: replyTo && { name: replyTo.name, address: replyTo.address },
    publicUrl: settings.publicUrl,
    publicationName: settings.publicationName,
    profile: settings.profile,
    bounceDomain: settings.bounceDomain,
    inboundDomain: settings.inboundDomain,
    dkim: dkim && { domain: dkim.domain, selector: dkim.selector },
  };
}

function contentHashOf(frozen: Omit<PreparedMessage, 'contentHash'>): string {
  const settings = { ...frozen.settings, revision: undefined };
  return createHash('sha256')
    .update(JSON.stringify({ ...frozen, settings }))
    .digest('hex');
}
