import type { OutboxEntry } from '../shared/outbox.ts';
import type { Decision, FrozenIssue, Issue, Variant } from './issue.ts';

/** Up to when an edition's stories were taken, and the stories of its last issues. */
export type EditionCursor = {
  /** Counted up with every change; 0 before the first. */
  version: number;
  until?: string;
  /** Newest first: those that had stories which the next issue could still find. `until` is the line it drew. */
  recent: { slot: string; until: string; storyIds: string[] }[];
  /** `Selection`, by language. */
  passed?: Record<string, string>;
};

export type IssueRef = Pick<Issue, 'edition' | 'slot'>;

/** Where in its life an issue was read. A step from there is a step from nowhere else. */
export type IssueMoment = Pick<Issue, 'state' | 'composition'>;

/** What else a step writes and depends on, in its own transaction. */
export type Step = {
  /** Where the edition's stories are taken or given back. */
  cursor?: EditionCursor;
  /** The decision on the draft that the step follows: it must still be the last one. */
  decision?: Decision | 'none';
  event?: OutboxEntry;
};

export type IssueStore = {
  /** Creates the issue, or finds the one that has the slot already. */
  create(issue: Issue): Promise<{ issue: Issue; created: boolean }>;
  get(ref: IssueRef): Promise<Issue | undefined>;
  /** What was frozen; undefined until it was composed. */
  frozen(ref: IssueRef): Promise<FrozenIssue | undefined>;
  /** Newest first. */
  list(edition: string, limit: number): Promise<Issue[]>;
  /** Issues that have not ended: what the sweep looks after. */
  open(): Promise<IssueRef[]>;

  cursor(edition: string): Promise<EditionCursor>;
  putVariant(ref: IssueRef, variant: Variant): Promise<void>;
  variant(ref: IssueRef, key: string): Promise<Variant | undefined>;
  /** What was composed becomes the issue's. False where another step was first: read again. */
  freeze(
    ref: IssueRef,
    from: IssueMoment,
    to: 'draft' | 'sending',
    frozen: FrozenIssue,
    step: Step,
  ): Promise<boolean>;
  /** Ends an issue that nobody has planned. False where another step was first: read again. */
  skip(ref: IssueRef, from: IssueMoment, reason: string, step: Step): Promise<boolean>;
  /** Stops an issue that nobody has planned. False where another step was first: read again. */
  stop(ref: IssueRef, from: IssueMoment, reason: string): Promise<boolean>;
  /** Ends the issue if it is in one of the states; false if not. */
  end(
    ref: IssueRef,
    from: Issue['state'][],
    to: 'sent' | 'skipped' | 'stopped',
    reason?: string,
  ): Promise<boolean>;
  /** stopped → where it was, among those the sweep looks after; false if it is not stopped. */
  resume(ref: IssueRef): Promise<boolean>;
};
