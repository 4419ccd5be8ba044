import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Batch, BatchOutcome, Recipient, Tally } from './batch.ts';

/** How far a shard of an issue is planned. */
export type PlanProgress = {
  /** The last subscriber that is in a batch. */
  after?: string;
  batches: number;
  done: boolean;
};

export type DeliveryStore = {
  progress(ref: IssueRef, shard: number): Promise<PlanProgress | undefined>;
  /** The batches of one page and the shard's new progress at once; false where another moved it on first. */
  putBatches(
    ref: IssueRef,
    shard: number,
    previous: PlanProgress | undefined,
    next: PlanProgress,
    batches: Batch[],
  ): Promise<boolean>;

  /**
   * The batch, if it has no outcome and no lease that lies ahead; it is then leased until `leaseUntil`.
   * Undefined: somebody else has it, or there is nothing left to do.
   */
  claim(ref: IssueRef, batch: string, now: number, leaseUntil: number): Promise<Batch | undefined>;
  /** First claim only: false where recipients were frozen already. */
  freeze(
    ref: IssueRef,
    batch: string,
    frozen: { recipients: Recipient[]; payloadHash: string; frozenAt: number },
  ): Promise<boolean>;
  /** Nothing may be done with it before `until` (milliseconds). */
  postpone(ref: IssueRef, batch: string, until: number): Promise<void>;
  /** Once a batch: its outcome, the issue's counters and the end of its waiting, at once. False: it had one already. */
  settle(ref: IssueRef, batch: string, outcome: BatchOutcome, tally: Tally): Promise<boolean>;
  /** Batches without an outcome. */
  unsettled(ref: IssueRef): Promise<string[]>;
};
