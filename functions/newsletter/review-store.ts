import type { Decision } from './issue.ts';
import type { IssueRef } from './issue-store.ts';

export type ReviewStore = {
  /** Returns the last decision on the draft, by a strongly consistent read. */
  decision(ref: IssueRef): Promise<Decision | undefined>;
  decide(ref: IssueRef, decision: Decision): Promise<void>;
};
