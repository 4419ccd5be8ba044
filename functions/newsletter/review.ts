import { type Clock, HOUR_MILLISECONDS, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { type Decision, type Issue, issueId, type Review } from './issue.ts';
import type { IssueRef, IssueStore } from './issue-store.ts';
import type { ReviewStore } from './review-store.ts';
import { LATEST_HOURS } from './slot.ts';

export type ReviewServices = {
  issues: IssueStore;
  reviews: ReviewStore;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** Decides what happens to a draft now. `now` is in milliseconds. */
export function releaseOf(
  review: Review,
  decision: Decision | 'none',
  now: number,
): 'wait' | 'send' | 'give-up' {
  const due = Date.parse(review.releaseAt);
  if (now < due) return 'wait';
  if (now > latestRelease(review, decision)) return 'give-up';
  if (decision === 'none') return review.otherwise === 'send' ? 'send' : 'wait';
  return decision.what === 'approved' ? 'send' : 'wait';
}

/** Returns the time (milliseconds) after which the draft does not go out any more. */
export function latestRelease(review: Review, decision: Decision | 'none'): number {
  const due = Date.parse(review.releaseAt);
  const approved = decision !== 'none' && decision.what === 'approved' ? Date.parse(decision.at) : due;
  return Math.max(due, approved) + LATEST_HOURS * HOUR_MILLISECONDS;
}

/** Returns a sentence for people that says why a draft was given up. */
export function givenUpReason({ releaseAt, otherwise }: Review, decision: Decision | 'none'): string {
  if (decision !== 'none' && decision.what === 'held')
    return `it was held by ${decision.by} and was not approved within ${LATEST_HOURS} hours of ${releaseAt}`;
  if (decision === 'none' && otherwise === 'hold')
    return `it was not approved within ${LATEST_HOURS} hours of ${releaseAt}`;
  return `it could not be sent within ${LATEST_HOURS} hours of ${releaseAt}`;
}

/** An issue and the last decision on it, read after a decision was written. */
export type Reviewed = { issue: Issue; decision: Decision | undefined };

/**
 * Approves or holds a draft. The last decision counts. The same decision a second time changes nothing, and neither
 * does a decision on an issue that is not a draft any more. Returns undefined if there is no such issue.
 */
export async function decide(
  { issues, reviews, queue, clock, log }: ReviewServices,
  { edition, slot }: IssueRef,
  what: Decision['what'],
  by: string,
): Promise<Reviewed | undefined> {
  const ref = { edition, slot };
  const draft = await issues.get(ref);
  if (draft?.state === 'draft') {
    const last = await reviews.decision(ref);
    if (last?.what !== what) {
      const { composition } = draft;
      await reviews.decide(ref, { what, by, at: isoTime(clock()), composition });
      log.info(`a draft was ${what}`, { issue: issueId(ref), composition, by });
    }
    // This message makes an approved draft go out now if its hour has passed.
    await handOver(queue, log, [{ kind: 'compose', ...ref }]);
  }
  // The draft may have gone out after it was read above and before the decision was written. So the issue is read
  // again.
  const issue = await issues.get(ref);
  return issue && { issue, decision: await reviews.decision(ref) };
}

/** Returns a sentence for people that says why a decision does not count, or undefined if it counts. */
export function overruledReason({ issue, decision }: Reviewed, what: Decision['what']): string | undefined {
  const { state } = issue;
  const wentOut = what === 'approved' && ['sending', 'sent'].includes(state);
  if (decision?.what === what && (state === 'draft' || wentOut)) return undefined;
  if (state !== 'draft') return `The issue is ${state}; only a draft can be approved or held.`;
  if (!decision) return 'The issue became a draft only a moment ago. Look at the draft, then decide again.';
  return `Meanwhile, at ${decision.at}, the draft was ${decision.what} by ${decision.by}. The last decision counts. Decide again if the draft should be ${what}.`;
}
