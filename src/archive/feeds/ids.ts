/**
 * Ids of feeds and their entries. They are made with the id key, which is never rotated, so that no
 * change of address, title or program makes readers see everything as new once more. Pure.
 */
import { createHmac } from 'node:crypto';

export interface FeedIds {
  feed(name: string): string;
  issue(number: number): string;
  /** @param id anchor of the item in its issue */
  item(issue: number, id: string): string;
}

export function feedIds(idKey: Buffer, slug: string): FeedIds {
  const id = (name: string) =>
    uuidUrn(createHmac('sha256', idKey).update(`feed\n${slug}\n${name}`));
  return {
    feed: (name) => id(name),
    issue: (number) => id(`issue ${number}`),
    item: (issue, anchor) => id(`item ${issue} ${anchor}`),
  };
}

/** @see RFC 9562 §5.8 (version 8: the bits are the maker's own) */
function uuidUrn(hmac: ReturnType<typeof createHmac>): string {
  const bytes = hmac.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `urn:uuid:${[...groups, hex.slice(20)].join('-')}`;
}
