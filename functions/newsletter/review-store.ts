import type { Decision } from './issue.ts';
import type { IssueRef } from './issue-store.ts';

export type ReviewStore = {
  /**
   * Returns the last decision on the draft. The read is strongly consistent, so it finds a decision that was just
   * written.
   */
  decision(ref: IssueRef): Promise<Decision | undefined>;
  decide(ref: IssueRef, decision: Decision): Promise<void>;
};
