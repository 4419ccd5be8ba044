import type { FrozenIssue, Issue, Variant } from './issue.ts';

/** Up to when an edition's stories were taken, and the stories of its last issues. */
export type EditionCursor = {
  /** Counted up with every composed issue; 0 before the first. */
  version: number;
  until?: string;
  recent: { slot: string; storyIds: string[] }[];
};

export type IssueRef = Pick<Issue, 'edition' | 'slot'>;

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
  /** new → sending, and the edition's cursor moves on. False where another did either first. */
  freeze(ref: IssueRef, frozen: FrozenIssue, cursor: EditionCursor): Promise<boolean>;
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
