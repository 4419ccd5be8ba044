import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Reaction, TallyStore } from '../newsletter/issue-tally.ts';
import type { MailReport } from '../subscribers/personal-data.ts';
import type { ConsentEvent, Subscriber, Suppression } from '../subscribers/subscriber.ts';
import type { BounceRun } from './bounce-run.ts';

/** All that one event changes, at once. Where a previous value is named, the change holds for that one only. */
export type EventChanges = {
  /** Of the event; undefined for what happened here. */
  id?: string;
  reaction?: ReaderReaction;
  /** A complaint that counts against an edition, with the time of the mail it is about. */
  complaint?: { edition: string; mailedAt: string };
  suppression?: { hash: string; previous: Suppression | undefined; next: Suppression };
  /** The line of the consent log of the reader whose address it is, as they are now. */
  consent?: { subscriber: Subscriber; event: ConsentEvent };
  bounces?: { hash: string; previous: BounceRun | undefined; next: BounceRun };
  /** The hash of an address: all this is only noted while nobody has had it erased. */
  unlessErased?: string;
};

export type ReaderReaction = { ref: IssueRef; subscriberId: string; what: Reaction | 'sent' };

export type MailEventStore = TallyStore & {
  /** known: the event was taken in before, and nothing is changed. changed: something else has moved; read again. */
  apply(changes: EventChanges, now: number): Promise<'applied' | 'known' | 'changed'>;
  /** Whether the reader was counted so before. */
  hasReacted(reaction: ReaderReaction): Promise<boolean>;
  /** Those of the readers of whose mail the provider has told anything, and who were not proven by it yet. */
  unproven(ref: IssueRef, subscriberIds: string[]): Promise<string[]>;
  /** What was counted of these readers in the last 90 days. */
  reactionsOf(subscriberIds: string[], now: number): Promise<MailReport[]>;
  bounces(hash: string, now: number): Promise<BounceRun | undefined>;
};
