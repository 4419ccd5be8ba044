import { HOUR_MILLISECONDS } from '../shared/clock.ts';

/** Up to 100 recipients of one variant, who are mailed in one request. */
export type Batch = {
  /** Unique within its issue. `batchId` makes it. */
  id: string;
  variant: string;
  /** The batch must not be sent before this time (milliseconds). If it is absent, the batch can be sent at once. */
  notBefore?: number;
  /** The planned readers. Which of them are mailed is decided when the batch is first claimed. */
  subscriberIds: string[];
  /**
   * The recipients are frozen before the first request. Exactly these readers are mailed, in this order, whatever they
   * do afterwards. The list is removed as soon as the batch has an outcome, or when it is certain that the provider
   * took nothing, so that no address stays in the batch after an erasure. So if a claimed batch has recipients, the
   * provider may have its mails.
   */
  recipients?: Recipient[];
  /** The hash of what the request is made of. A repeated request must have the same bytes. */
  payloadHash?: string;
  /**
   * When the recipients were frozen (milliseconds). It is set together with `recipients`. The provider forgets the
   * idempotency key a day after the first request, so this time decides whether the request may be repeated.
   */
  frozenAt?: number;
  outcome?: BatchOutcome;
};

export type Recipient = { subscriberId: string; email: string };

/** A batch that a process is working on. `attempts` counts how often it was claimed. */
export type ClaimedBatch = Batch & {
  attempts: number;
  /** No other process can claim the batch before this time (milliseconds). */
  leaseUntil: number;
};

export type BatchOutcome = {
  /**
   * - `sent`: the provider took the batch.
   * - `failed`: the provider will never take it.
   * - `uncertain`: the provider may have taken the batch, and its key has run out or cannot be used. The request is
   *   never repeated.
   * - `empty`: all planned readers had left, so nothing was sent.
   */
  kind: 'sent' | 'failed' | 'uncertain' | 'empty';
  at: string;
  reason?: string;
  /** Ids of planned readers who had left and were not mailed. */
  left?: string[];
  /** The provider's ids, in the order of the recipients. An id is null if the provider refused the address. */
  providerIds?: (string | null)[];
  rejected?: { subscriberId: string; reason: string }[];
};

/** What an outcome adds to the counters. */
export type Tally = { sent: number; failed: number; left: number };

/** Resend takes at most 100 mails in a batch request. */
export const MAX_RECIPIENTS = 100;
/**
 * How long a claim lasts. A claim is longer than a process waits for its turn at the provider and for the answer. So
 * nobody else claims a batch that is being sent. A claim is short enough that the batch of a process that died is soon
 * sent by another.
 */
export const LEASE_SECONDS = 90;
/** The provider remembers an idempotency key for 24 hours. An hour less is safe. */
export const KEY_HOURS = 23;

/**
 * Checks whether the provider may have forgotten a key. A repeated request could then mail readers twice. Both times
 * are in milliseconds.
 */
export function isKeyForgotten(since: number, now: number): boolean {
  return now >= keyForgottenAt(since);
}

/** Returns the first moment at which `isKeyForgotten` is true. */
export function keyForgottenAt(since: number): number {
  return since + KEY_HOURS * HOUR_MILLISECONDS + 1;
}

/**
 * Returns `<due>-<part>-<number>`, such as `202611221330-4-17`. `<due>` is the minute in UTC in which the batch is due,
 * or 0 if it is due at once. So the ids of an issue's batches sort by the time at which they are due.
 */
export function batchId(notBefore: number | undefined, part: number, number: number): string {
  return `${notBefore === undefined ? '0' : dueMinute(notBefore)}-${part}-${number}`;
}

/** Returns a text that sorts after the id of every batch that is due at `now` (milliseconds), and before all others. */
export function afterBatchesDue(now: number): string {
  return `${dueMinute(now)}~`;
}

function dueMinute(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace(/\D/g, '');
}
