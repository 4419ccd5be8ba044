import { issueId } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { MailEventStore } from './mail-event-store.ts';

export type LeftServices = { mailEvents: MailEventStore; clock: Clock; log: Log };

/**
 * Counts a reader who left an issue's edition with a link in that issue. A reader counts once. If counting fails, the
 * reader has left all the same. `before` and `after` are the editions that the reader got and gets now. `slot` is
 * undefined if the link was not in an issue.
 */
export async function countLeft(
  { mailEvents, clock, log }: LeftServices,
  subscriberId: string,
  { edition, slot }: { edition: string | undefined; slot: string | undefined },
  before: string[],
  after: string[],
): Promise<void> {
  if (!edition || !slot || !before.includes(edition) || after.includes(edition)) return;
  const ref: IssueRef = { edition, slot };
  try {
    await mailEvents.apply({ reaction: { ref, subscriberId, what: 'unsubscribed' } }, clock());
  } catch (error) {
    log.warn('a reader unsubscribed but could not be counted for the issue', { issue: issueId(ref), error });
  }
}
