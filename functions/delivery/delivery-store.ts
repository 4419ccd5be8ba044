import type { Issue, ProgressNote } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Batch, BatchOutcome, ClaimedBatch, Recipient, Tally } from './batch.ts';

/** How far a part of an issue is planned. */
export type PlanProgress = {
  /** The last subscriber that was looked at. */
  after?: string;
  batches: number;
  /** Batches that were not full yet, which later pages fill: these readers are in no batch so far. */
  open: OpenBatch[];
  done: boolean;
};
export type OpenBatch = Pick<Batch, 'variant' | 'notBefore' | 'subscriberIds'>;

export type DeliveryStore = {
  progress(ref: IssueRef, part: number): Promise<PlanProgress | undefined>;
  /**
   * The batches of one page, the part's new progress and the issue's counters at once, `at` (ISO 8601). False where
   * another moved it on first, or where the issue is no longer being sent as this composition.
   */
  putBatches(
    issue: Pick<Issue, 'edition' | 'slot' | 'composition'>,
    part: number,
    previous: PlanProgress | undefined,
    next: PlanProgress,
    batches: Batch[],
    at: string,
  ): Promise<boolean>;

  /**
   * The batch, if it has no outcome and may be tried now; nobody else gets it until `leaseUntil`. Undefined: somebody
   * else has it, it is to wait, or there is nothing left to do.
   */
  claim(ref: IssueRef, batch: string, now: number, leaseUntil: number): Promise<ClaimedBatch | undefined>;
  /** First claim only: false where recipients were frozen already. They are in the order of `subscriberIds`. */
  freeze(
    ref: IssueRef,
    batch: Batch,
    frozen: { recipients: Recipient[]; payloadHash: string; frozenAt: number },
  ): Promise<boolean>;
  /**
   * The end of a claim whose request was the only one of what it froze, and surely not taken: frozen anew by the next, not
   * before `until` (milliseconds). False, and nothing is done, where another has claimed it since: they may have asked.
   */
  thaw(ref: IssueRef, batch: ClaimedBatch, until: number, attempts: number): Promise<boolean>;
  /** Nothing may be done with it before `until` (milliseconds). */
  postpone(ref: IssueRef, batch: string, until: number, attempts: number): Promise<void>;
  /**
   * Once a batch: its outcome, the issue's counters and the end of its waiting, at once; its recipients are dropped.
   * False: it had one already.
   */
  settle(ref: IssueRef, batch: string, outcome: BatchOutcome, tally: Tally): Promise<boolean>;
  /** Batches without an outcome that may be tried now, those first that were due first. At most `limit`. */
  due(ref: IssueRef, now: number, limit: number): Promise<string[]>;

  /** Replaces the issue's notes of how far it was; false where another did, or just writes to the issue. */
  note(ref: IssueRef, previous: ProgressNote[] | undefined, next: ProgressNote[]): Promise<boolean>;

  /** Who was planned for a batch of which nobody knows whether the provider took it; undefined where that is not so. */
  uncertain(ref: IssueRef, batch: string): Promise<string[] | undefined>;
};
