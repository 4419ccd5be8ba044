import { issueId } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { MailEventStore } from './mail-event-store.ts';

export type LeftServices = { mailEvents: MailEventStore; clock: Clock; log: Log };

/**
 * Counts a reader who left by a link of an issue, its edition or all of them, once. They have left, whether or not it can
 * be counted. `before`, `after`: what they got, and get now; `slot`: unset for a link of no issue.
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
    log.warn('a reader who left could not be counted', { issue: issueId(ref), error });
  }
}
