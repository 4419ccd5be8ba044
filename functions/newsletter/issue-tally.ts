import type { IssueRef } from './issue-store.ts';

/**
 * What a reader did with an issue, or what happened to the reader's mail. Each counter counts a reader once.
 *
 * - `bounced`: the address does not work. `softBounced`: the mailbox did not take the mail this time, or did not take
 *   it because of its content.
 * - `refused`: the provider took the mail and did not send it.
 * - `opened`, `clicked`: counted only if tracking is switched on at the provider.
 * - `proven`: the reader's batch was given up as uncertain, and the provider reported on the reader's mail later.
 */
export const REACTIONS = [
  'delivered',
  'bounced',
  'softBounced',
  'refused',
  'complained',
  'opened',
  'clicked',
  'unsubscribed',
  'proven',
] as const;
export type Reaction = (typeof REACTIONS)[number];

export type IssueTally = Record<Reaction, number>;

export type TallyStore = { tally(ref: IssueRef): Promise<IssueTally> };
