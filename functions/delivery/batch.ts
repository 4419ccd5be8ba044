import { HOUR_MILLISECONDS } from '../shared/clock.ts';
/** Up to 100 recipients of one variant, sent in one request. */
export type Batch = {
  /** Within its issue; `batchId` makes it. */
  id: string;
  variant: string;
  /** Milliseconds: not to be sent before. Unset: at once. */
  notBefore?: number;
  /** Planned. Who of them is mailed is decided when the batch is first claimed. */
  subscriberIds: string[];
  /**
   * Frozen before the first request: exactly these, in this order, whatever happens to them afterwards. Gone once there
   * is an outcome, or once it is sure that the provider took nothing: a reader who has themself erased leaves no address
   * behind. So a batch that is claimed with recipients is one that the provider may have.
   */
  recipients?: Recipient[];
  /** Of what the request's mails are made of: a repetition must have the same bytes. */
  payloadHash?: string;
  /** Milliseconds; set with `recipients`. The provider forgets the key a day later. */
  frozenAt?: number;
  outcome?: BatchOutcome;
};

export type Recipient = { subscriberId: string; email: string };

/** A batch that is being worked on, for the how-manieth time. */
export type ClaimedBatch = Batch & {
  attempts: number;
  /** Milliseconds; as it was given to the claim. */
  leaseUntil: number;
};

export type BatchOutcome = {
  /**
   * sent: the provider took it. failed: it never will. uncertain: it may have, and its key has run out or is no good:
   * never repeated blind. empty: every planned reader had left.
   */
  kind: 'sent' | 'failed' | 'uncertain' | 'empty';
  at: string;
  reason?: string;
  /** Ids of those planned who had left, and were not mailed. */
  left?: string[];
  /** The provider's ids, by recipient (planned, and not left); null where that address was refused. */
  providerIds?: (string | null)[];
  rejected?: { subscriberId: string; reason: string }[];
};

/** What an outcome adds to the counters. */
export type Tally = { sent: number; failed: number; left: number };

/** Resend: at most 100 mails a batch request. */
export const MAX_RECIPIENTS = 100;
/** Longer than the turn and the request take: a holder that lives is not overtaken, one that died is soon replaced. */
export const LEASE_SECONDS = 90;
/** An hour less than the provider remembers a key. */
export const KEY_HOURS = 23;

/** Whether the provider may have forgotten a key: a repetition might be a second mail. In milliseconds. */
export function isKeyForgotten(since: number, now: number): boolean {
  return now - since > KEY_HOURS * HOUR_MILLISECONDS;
}

/**
 * `<due>-<part>-<number>`, with the minute in which it is due in UTC, or 0 for at once: `202611221330-4-17`. So the
 * batches of an issue sort by when they are due.
 */
export function batchId(notBefore: number | undefined, part: number, number: number): string {
  return `${notBefore === undefined ? '0' : dueMinute(notBefore)}-${part}-${number}`;
}

/** Above the id of every batch that is due by then (milliseconds), below all others. */
export function afterBatchesDue(now: number): string {
  return `${dueMinute(now)}~`;
}

function dueMinute(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace(/\D/g, '');
}
