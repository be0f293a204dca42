/** Subscribers as the rest of the house sees them. */
import type { Edition } from '../issue/editions.js';

export type SubscriberStatus = 'active' | 'unconfirmed' | 'unsubscribed';

/** Why an address may not be mailed, whatever its status. */
export type SuppressionReason =
  | 'bounced'
  | 'complained'
  | 'erased'
  | 'manual'
  /** Left while not on the list, as after the restore of a backup older than their subscription. */
  | 'unsubscribed';

export interface Subscriber {
  id: string;
  address: string;
  name: string;
  status: SubscriberStatus;
  attributes: Record<string, unknown>;
  edition: Edition;
  /** Epoch seconds. */
  createdAt: number;
  /** Epoch seconds of leaving; undefined while subscribed. */
  leftAt: number | undefined;
  consent: Consent | undefined;
  /** Epoch seconds; undefined when they are not paused. */
  pausedUntil?: number;
  /** A change of address that the new one has not confirmed; epoch seconds. */
  moving?: { to: string; at: number };
  /** Epoch seconds of a wish to join that nobody has confirmed yet. */
  wishedAt?: number;
}

/** Proof of consent, kept as it was given. */
export interface Consent {
  /** "import", "form", "operator" */
  source: string;
  /** Epoch seconds. */
  at: number;
  /** Address of the request, where one was recorded; of a form, a keyed hash of it. */
  ip?: string;
  /** Of people who joined by themselves. */
  form?: FormConsent;
}

/** What a form's consent has beside: they were asked again by mail, and said yes. */
export interface FormConsent {
  /** Which form, by the name it was given. */
  name: string;
  /** Version of the wording; the text itself is kept beside. */
  wording: string;
  /** Epoch seconds. */
  confirmedAt: number;
  /** Keyed hash of the address they confirmed from. */
  confirmedIp?: string;
  /** The address is of a service for throw-away addresses. */
  disposable: boolean;
}

export interface Suppression {
  reason: SuppressionReason;
  /** Epoch seconds. */
  at: number;
}

/** `pressrun subscribers stats --json`; `suppressed` is counted outside `total`. */
export interface AudienceStats {
  total: number;
  active: number;
  unconfirmed: number;
  unsubscribed: number;
  suppressed: number;
}

export interface ImportReport {
  imported: number;
  updated: number;
  unchanged: number;
  /** Rows of people who left, were erased or are suppressed: nobody of them is brought back. */
  suppressed: number;
  invalid: { line: number; reason: string }[];
}
