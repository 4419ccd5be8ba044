import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Reaction, TallyStore } from '../newsletter/issue-tally.ts';
import type { MailReport } from '../subscribers/personal-data.ts';
import type { ConsentEvent, Subscriber, Suppression } from '../subscribers/subscriber.ts';
import type { BounceRun } from './bounce-run.ts';

/**
 * Everything that one event changes, in one transaction. A change with a previous value is written only if the stored
 * value is still the previous one.
 */
export type EventChanges = {
  /** The id of the event. It is undefined if the change does not come from the provider. */
  id?: string;
  reaction?: ReaderReaction;
  /** A complaint that counts against an edition, with the time of the mail that the complaint is about. */
  complaint?: { edition: string; mailedAt: string };
  suppression?: { hash: string; previous: Suppression | undefined; next: Suppression };
  /** A line for the consent log of the reader who has the address now. */
  consent?: { subscriber: Subscriber; event: ConsentEvent };
  bounces?: { hash: string; previous: BounceRun | undefined; next: BounceRun };
  /** The hash of an address. Nothing is written if the reader with this address had everything erased. */
  unlessErased?: string;
};

export type ReaderReaction = { ref: IssueRef; subscriberId: string; what: Reaction | 'sent' };

export type MailEventStore = TallyStore & {
  /**
   * Writes the changes. Returns `known` if the event was applied before, and `changed` if a previous value is not the
   * stored one any more. In both cases nothing is written. After `changed` the caller reads everything again.
   */
  apply(changes: EventChanges, now: number): Promise<'applied' | 'known' | 'changed'>;
  /** Checks whether the reader was counted for this reaction before. */
  hasReacted(reaction: ReaderReaction): Promise<boolean>;
  /**
   * Returns those of the readers whose mail the provider has reported on, which proves that it took the mail. Readers
   * who were counted as proven before are left out.
   */
  unproven(ref: IssueRef, subscriberIds: string[]): Promise<string[]>;
  /** Returns what was counted for these readers in the last 90 days. */
  reactionsOf(subscriberIds: string[], now: number): Promise<MailReport[]>;
  bounces(hash: string, now: number): Promise<BounceRun | undefined>;
};
