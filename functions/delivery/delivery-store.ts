import type { Issue, ProgressNote } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Batch, BatchOutcome, ClaimedBatch, Recipient, Tally } from './batch.ts';

/** How far the readers of a part of an issue are put in batches. */
export type PlanProgress = {
  /** The id of the last subscriber that was looked at. */
  after?: string;
  batches: number;
  /** Batches that are not full yet. They are stored only here until later pages of readers fill them. */
  open: OpenBatch[];
  done: boolean;
};
export type OpenBatch = Pick<Batch, 'variant' | 'notBefore' | 'subscriberIds'>;

/** Nobody can claim the batch before `nextAt` (milliseconds). Until then, somebody may be working on it. */
export type TriedBatch = Pick<Batch, 'id' | 'frozenAt'> & { nextAt: number };

export type DeliveryStore = {
  progress(ref: IssueRef, part: number): Promise<PlanProgress | undefined>;
  /**
   * Stores the batches of one page of readers, the part's new progress and the issue's counters in one transaction.
   * `at` is the present (ISO 8601). Returns false and writes nothing if another process stored the page first, or if
   * the issue is not being sent in this composition any more.
   */
  putBatches(
    issue: Pick<Issue, 'edition' | 'slot' | 'composition'>,
    part: number,
    previous: PlanProgress | undefined,
    next: PlanProgress,
    batches: Batch[],
    at: string,
  ): Promise<boolean>;

  get(ref: IssueRef, batch: string): Promise<Batch | undefined>;
  /**
   * Claims the batch, so that nobody else gets it until `leaseUntil` (milliseconds). Returns undefined if somebody else
   * has claimed it, if it must wait, or if it has an outcome already.
   */
  claim(ref: IssueRef, batch: string, now: number, leaseUntil: number): Promise<ClaimedBatch | undefined>;
  /**
   * Freezes the recipients, which must be in the order of `subscriberIds`. Returns false if the batch has frozen
   * recipients already.
   */
  freeze(
    ref: IssueRef,
    batch: Batch,
    frozen: { recipients: Recipient[]; payloadHash: string; frozenAt: number },
  ): Promise<boolean>;
  /**
   * Ends a claim and removes the frozen recipients. The next process that claims the batch freezes them again, not
   * before `until` (milliseconds). This is allowed only after a single request that the provider certainly did not
   * take. Returns false and changes nothing if another process claimed the batch meanwhile, because that process may
   * have sent a request.
   */
  thaw(ref: IssueRef, batch: ClaimedBatch, until: number, attempts: number): Promise<boolean>;
  /** Ends a claim. Nobody can claim the batch before `until` (milliseconds). */
  postpone(ref: IssueRef, batch: string, until: number, attempts: number): Promise<void>;
  /**
   * Stores the outcome of a batch and the issue's counters, and removes the recipients, in one transaction. The batch
   * cannot be claimed any more. Returns false and changes nothing if the batch has an outcome already.
   */
  settle(ref: IssueRef, batch: string, outcome: BatchOutcome, tally: Tally): Promise<boolean>;
  /** Returns the batches without an outcome that somebody has claimed at least once. */
  tried(ref: IssueRef): Promise<TriedBatch[]>;
  /** Returns up to `limit` batches that may be claimed now, in the order of their ids. */
  due(ref: IssueRef, now: number, limit: number): Promise<string[]>;

  /**
   * Replaces the notes about the issue's progress. Returns false if another process writes to the issue at the same
   * time.
   */
  note(ref: IssueRef, previous: ProgressNote[] | undefined, next: ProgressNote[]): Promise<boolean>;

  /**
   * Returns the planned readers of a batch that was given up as uncertain, or undefined if the batch was not given up.
   */
  uncertain(ref: IssueRef, batch: string): Promise<string[] | undefined>;
};
