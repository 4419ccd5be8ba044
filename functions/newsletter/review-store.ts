import type { Decision } from './issue.ts';
import type { IssueRef } from './issue-store.ts';

export type ReviewStore = {
  /** The last one. Strongly consistent. */
  decision(ref: IssueRef): Promise<Decision | undefined>;
  decide(ref: IssueRef, decision: Decision): Promise<void>;
};
