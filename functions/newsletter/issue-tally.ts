import type { IssueRef } from './issue-store.ts';

/**
 * What a reader did with an issue, or what became of their mail: each counts a reader once.
 *
 * bounced: for good; softBounced: for now, or because of what was in it. refused: taken by the provider, which then did
 * not try. opened and clicked: where the provider is asked to look. proven: their batch was given up as uncertain, and
 * the provider has told of their mail since.
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
