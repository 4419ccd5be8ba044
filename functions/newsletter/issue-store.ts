import type { OutboxEntry } from '../shared/outbox.ts';
import type {
  ComposeFailure,
  Decision,
  FrozenIssue,
  Hindrance,
  Issue,
  TroubleKind,
  Variant,
} from './issue.ts';

/** Which stories the issues of an edition have dealt with already. The next issue goes on from there. */
export type EditionCursor = {
  /** 0 before the first change. Every change adds 1. */
  version: number;
  /** The issues have looked at all stories that became public until this time (ISO 8601). */
  until?: string;
  /**
   * The last issues and their stories, newest first. An issue stays in this list as long as the next issue could find
   * one of its stories. The issue took stories that became public not later than its `until` (ISO 8601).
   */
  recent: { slot: string; until: string; storyIds: string[] }[];
  /**
   * For each language, a time (ISO 8601). Stories that became public up to then and that no issue took are in no later
   * issue. See `Selection`.
   */
  passed?: Record<string, string>;
};

export type IssueRef = Pick<Issue, 'edition' | 'slot'>;
/** `lookAt` is set if the issue was stopped and nothing has to be done about it before this time (milliseconds). */
export type OpenIssue = IssueRef & { lookAt?: number };

/** The point in its life at which an issue was read. A step is written only if the issue is still at that point. */
export type IssueMoment = Pick<Issue, 'state' | 'composition'>;

/** What else a step writes or depends on, in the same transaction. */
export type Step = {
  /** The edition's cursor after the issue took its stories or gave them back. */
  cursor?: EditionCursor;
  /** The decision on the draft that the step follows. The step is written only if this is still the last decision. */
  decision?: Decision | 'none';
  event?: OutboxEntry;
};

export type IssueStore = {
  /** Creates the issue, or returns the issue that has the slot already. */
  create(issue: Issue): Promise<{ issue: Issue; created: boolean }>;
  get(ref: IssueRef): Promise<Issue | undefined>;
  /** Returns what was frozen, or undefined if the issue was not composed yet. */
  frozen(ref: IssueRef): Promise<FrozenIssue | undefined>;
  /**
   * Returns the last issues of the edition, newest first: all of them, those before `<createdAt>#<slot>`, or those that
   * were created after a time (ISO 8601).
   */
  list(
    edition: string,
    limit: number,
    range?: { before: string } | { createdAfter: string },
  ): Promise<Issue[]>;
  /**
   * Returns the issues that have not ended, and those stopped issues whose batches may still have addresses. The sweep
   * looks after them.
   */
  open(): Promise<OpenIssue[]>;
  /** Says when the sweep has to look at a stopped issue again (milliseconds). */
  lookAgain(ref: IssueRef, at: number): Promise<void>;
  /** Ends the sweep's care for a stopped issue. Nothing changes if the issue was resumed meanwhile. */
  close(ref: IssueRef): Promise<void>;

  cursor(edition: string): Promise<EditionCursor>;
  putVariant(ref: IssueRef, variant: Variant): Promise<void>;
  variant(ref: IssueRef, key: string): Promise<Variant | undefined>;
  /**
   * Makes the mails that were composed, and their stories, the content of the issue. Returns false if another step was
   * written first.
   */
  freeze(
    ref: IssueRef,
    from: IssueMoment,
    to: 'draft' | 'sending',
    frozen: FrozenIssue,
    step: Step,
  ): Promise<boolean>;
  /** Ends an issue whose readers are not planned yet. Returns false if another step was written first. */
  skip(ref: IssueRef, from: IssueMoment, reason: string, step: Step): Promise<boolean>;
  /** Stops an issue whose readers are not planned yet. Returns false if another step was written first. */
  stop(ref: IssueRef, from: IssueMoment, reason: string): Promise<boolean>;
  /** Ends or stops the issue if it is in one of the states `from`. Returns whether it was. */
  end(
    ref: IssueRef,
    from: Issue['state'][],
    to: 'sent' | 'skipped' | 'stopped',
    reason?: string,
  ): Promise<boolean>;
  /** Stores why the issue could not be composed. */
  noteComposeFailure(ref: IssueRef, failure: ComposeFailure): Promise<void>;
  /**
   * Stores the answer by which the provider did not take a batch. Returns false and stores nothing if the last stored
   * answer came at `after` (ISO 8601) or later.
   */
  noteAnswer(ref: IssueRef, answer: Hindrance, after: string): Promise<boolean>;
  /** Stores which trouble of the issue was logged. Nothing is stored if another process did it first. */
  markTold(ref: IssueRef, previous: TroubleKind | undefined, next: TroubleKind | undefined): Promise<void>;
  /** Puts a stopped issue back into the state that it was stopped in. Returns false if the issue is not stopped. */
  resume(ref: IssueRef): Promise<boolean>;
};
