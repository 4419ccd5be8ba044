/** Up to 100 recipients of one variant, sent in one request. */
export type Batch = {
  /** Within its issue: `<shard>-<number>`. */
  id: string;
  variant: string;
  /** Planned. Who of them is mailed is decided when the batch is first claimed. */
  subscriberIds: string[];
  attempts: number;
  /** While it lies ahead (milliseconds), somebody is at work on the batch, or it is to wait. */
  leaseUntil?: number;
  /** Frozen before the first request: exactly these, in this order, whatever happens to them afterwards. */
  recipients?: Recipient[];
  /** SHA-256 of the request's mails: a repetition must have the same bytes. */
  payloadHash?: string;
  /** Milliseconds; set with `recipients`. The provider forgets the key a day later. */
  frozenAt?: number;
  outcome?: BatchOutcome;
};

export type Recipient = { subscriberId: string; email: string };

export type BatchOutcome = {
  /**
   * sent: the provider took it. failed: it never will. uncertain: it may have, and its key has run out: never repeated
   * blind. empty: every planned reader had left.
   */
  kind: 'sent' | 'failed' | 'uncertain' | 'empty';
  at: string;
  reason?: string;
  /** The provider's ids, by recipient; null where that address was refused. */
  providerIds?: (string | null)[];
  rejected?: { email: string; reason: string }[];
};

/** What an outcome adds to the counters. */
export type Tally = { sent: number; failed: number; left: number };

/** Resend: at most 100 mails a batch request. */
export const MAX_RECIPIENTS = 100;
/** Longer than the request's timeout: a holder that lives is not overtaken, one that died is soon replaced. */
export const LEASE_SECONDS = 90;
/** An hour less than the provider remembers a key. */
export const KEY_HOURS = 23;
