/**
 * What subscribers do with what we have of them. Whoever holds a link from a mail may only do what
 * harms nobody: mails get forwarded. Everything else needs a fresh link, mailed to the address on
 * file.
 */
import { randomUUID } from 'node:crypto';
import { parseAddress } from '../audience/address.js';
import type { Audience } from '../audience/store.js';
import type { Subscriber } from '../audience/types.js';
import type { Config } from '../config/types.js';
import { foldedAddress } from './abuse-key.js';
import { RETURN_FORM } from './answer.js';
import type { LetterOrder } from './letter-order.js';
import type { SignUpLimits } from './limits.js';
import { hashedIp, networkOf } from './network.js';
import { cleanName, type SignUp } from './sign-up.js';

export interface Manage {
  /** Mails a fresh link to the address on file, a few times a day at most. */
  mailLink(id: string): Promise<void>;
  /** Writes to the new address whether they want to move there. @returns why not */
  mailMove(id: string, to: string): Promise<string | undefined>;
  rename(id: string, name: string): Promise<void>;
  /** Mails whoever left the link by which they may come back. */
  mailReturn(id: string, wording: string, ip: string): Promise<void>;
  /** All we have of somebody, for themselves. */
  dataOf(subscriber: Subscriber): Promise<Record<string, unknown>>;
  /** Forgets everything about somebody; the address stays suppressed. */
  erase(id: string): Promise<void>;
}

export interface ManageOptions {
  config: Pick<Config, 'keys'>;
  audience: Audience;
  limits: SignUpLimits;
  /** The text of a wording that was consented to. */
  wordingOf(version: string): Promise<string | undefined>;
  enqueueSignUp(signUp: SignUp, delayMs: number): Promise<void>;
  enqueueLetter(letter: LetterOrder): Promise<void>;
  /** Has the server rewrite the file that still holds what was erased. */
  enqueueForgetting(): Promise<void>;
}

export function createManage(options: ManageOptions): Manage {
  const { config, audience, limits, enqueueLetter, enqueueSignUp } = options;
  const isFree = (occasion: 'link' | 'move', address: Subscriber['address']) => {
    const parsed = parseAddress(address);
    if (!parsed.ok) return false;
    return limits.mayAsk(occasion, audience.idOf(foldedAddress(parsed.address)), randomUUID());
  };
  return {
    async mailLink(id) {
      const subscriber = await audience.get(id);
      if (subscriber === undefined || !(await isFree('link', subscriber.address))) return;
      await enqueueLetter({ kind: 'manage', id: subscriber.id, at: now() });
    },

    async mailMove(id, to) {
      const parsed = parseAddress(to);
      if (!parsed.ok) return parsed.reason;
      const subscriber = await audience.get(id);
      if (subscriber === undefined || !(await isFree('move', parsed.address))) return undefined;
      const at = now();
      const newId = audience.idOf(parsed.address);
      // Nothing is written to whoever complained or was suppressed; the page does not tell.
      const suppression = await audience.suppression(newId);
      const unwanted = suppression?.reason === 'complained' || suppression?.reason === 'manual';
      if (unwanted || newId === subscriber.id) return undefined;
      if (await audience.askToMove(subscriber.id, parsed.address, at)) {
        await enqueueLetter({ kind: 'move', id: subscriber.id, at });
      }
      return undefined;
    },

    async rename(id, name) {
      const subscriber = await audience.get(id);
      if (subscriber !== undefined) await audience.rename(subscriber.id, cleanName(name));
    },

    async mailReturn(id, wording, ip) {
      const subscriber = await audience.get(id);
      const parsed = parseAddress(subscriber?.address ?? '');
      if (!parsed.ok || subscriber?.status !== 'unsubscribed') return;
      const signUp = {
        ...{ request: randomUUID(), address: parsed.address, name: '', wording },
        ...{ form: RETURN_FORM, at: now() },
        ip: networkOf(ip) && hashedIp(config.keys.idKey, ip),
      };
      await enqueueSignUp(signUp, 0);
    },

    async dataOf({ id, consent, ...subscriber }) {
      const suppression = await audience.suppression(id);
      const wording = consent?.form && (await options.wordingOf(consent.form.wording));
      return { ...subscriber, consent: consent && { ...consent, wording }, suppression };
    },

    async erase(id) {
      const subscriber = await audience.get(id);
      if (subscriber === undefined) return;
      await audience.erase(subscriber.id);
      await options.enqueueForgetting();
    },
  };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
