/** Subscribers as the rest of the house sees them. */

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
  /** Epoch seconds. */
  createdAt: number;
  /** Epoch seconds of leaving; undefined while subscribed. */
  leftAt: number | undefined;
  consent: Consent | undefined;
}

/** Proof of consent, kept as it was given. */
export interface Consent {
  /** "import", "form", "operator" */
  source: string;
  /** Epoch seconds. */
  at: number;
  /** Address of the request, where one was recorded. */
  ip?: string;
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
