import type { Log } from '../log.ts';
import { issueId } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Clock } from '../services.ts';
import type { MailEventStore } from './mail-event-store.ts';

export type LeftServices = { mailEvents: MailEventStore; clock: Clock; log: Log };

/** Counts a reader who left by the link of an issue, once. They have left, whether or not it can be counted. */
export async function countLeft(
  { mailEvents, clock, log }: LeftServices,
  ref: IssueRef,
  subscriberId: string,
): Promise<void> {
  try {
    await mailEvents.apply({ reaction: { ref, subscriberId, what: 'unsubscribed' } }, clock());
  } catch (error) {
    log.warn('a reader who left could not be counted', { issue: issueId(ref), error });
  }
}
