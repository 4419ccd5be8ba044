import { type Clock, HOUR_MILLISECONDS, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { type Decision, type Issue, issueId, type Review } from './issue.ts';
import type { IssueRef, IssueStore } from './issue-store.ts';
import type { ReviewStore } from './review-store.ts';

export type ReviewServices = {
  issues: IssueStore;
  reviews: ReviewStore;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** After its hour, or after it was approved. A morning's letter is not worth sending in the evening. */
const LATEST_HOURS = 6;

/** What is to become of a draft now. `now` in milliseconds. */
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

/** Milliseconds. Later than this it does not go out. */
export function latestRelease(review: Review, decision: Decision | 'none'): number {
  const due = Date.parse(review.releaseAt);
  const approved = decision !== 'none' && decision.what === 'approved' ? Date.parse(decision.at) : due;
  return Math.max(due, approved) + LATEST_HOURS * HOUR_MILLISECONDS;
}

export function givenUpReason({ releaseAt, otherwise }: Review, decision: Decision | 'none'): string {
  if (decision !== 'none' && decision.what === 'held')
    return `held by ${decision.by}, and not approved within ${LATEST_HOURS} hours of ${releaseAt}`;
  if (decision === 'none' && otherwise === 'hold')
    return `not approved within ${LATEST_HOURS} hours of ${releaseAt}`;
  return `it could not be sent within ${LATEST_HOURS} hours of ${releaseAt}`;
}

/** The issue and the last word on it, after this one. */
export type Reviewed = { issue: Issue; decision: Decision | undefined };

/**
 * Approves or holds a draft. The last word counts; said again it changes nothing, and after the draft is gone neither does
 * it. Undefined where there is no such issue.
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
    // Past its hour, an approved draft goes out now.
    await handOver(queue, log, [{ kind: 'compose', ...ref }]);
  }
  // It may have gone out between our look and our word: what it is now is what counts.
  const issue = await issues.get(ref);
  return issue && { issue, decision: await reviews.decision(ref) };
}

/** Why a draft is not what was said of it, for people; undefined where it is. */
export function overruled({ issue, decision }: Reviewed, what: Decision['what']): string | undefined {
  const { state } = issue;
  const wentOut = what === 'approved' && ['sending', 'sent'].includes(state);
  if (decision?.what === what && (state === 'draft' || wentOut)) return undefined;
  if (state !== 'draft') return `The issue is ${state}; only a draft can be approved or held.`;
  if (!decision) return 'The issue has become a draft only now: look at it, and say it again.';
  return `Meanwhile, at ${decision.at}, the draft was ${decision.what} by ${decision.by}. The last word counts: say it again if it is to be ${what}.`;
}
