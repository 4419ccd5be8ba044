import type * as z from 'zod';
import type { Config } from '../config.ts';
import { type Decision, type Issue, issueId, issueUrl } from './issue.ts';
import { progressOf } from './issue-progress.ts';
import type { issueView as issueShape } from './issue-shapes.ts';
import type { IssueTally } from './issue-tally.ts';
import { troubleOf } from './trouble.ts';

/** An issue as editors see it. */
export type IssueView = z.output<typeof issueShape>;

/** What is stored beside an issue: the last decision on its draft, and what the provider reported about its mails. */
type Extras = { decision?: Decision | undefined; tally?: IssueTally | undefined };

/**
 * Returns the issue as the API answers it. Mails of uncertain batches count as sent and not as failed once the provider
 * has reported on them.
 */
export function issueView(
  { baseUrl }: Config,
  issue: Issue,
  now: number,
  { decision, tally }: Extras = {},
): IssueView {
  const id = issueId(issue);
  const { edition, slot, state, reason, scheduledAt, createdAt, planned, sent, failed, left, review } = issue;
  const progress = progressOf(issue, now);
  const trouble = troubleOf(issue, decision, now);
  const { proven = 0, ...reported } = tally ?? {};
  return {
    id,
    url: issueUrl(issue, baseUrl),
    self: `${baseUrl}/api/issues/${id}`,
    edition,
    slot,
    state,
    ...(reason && { reason }),
    scheduledAt,
    createdAt,
    ...(review && {
      review: {
        releaseAt: review.releaseAt,
        otherwise: review.otherwise,
        ...(decision && { decision }),
      },
    }),
    planned,
    sent: sent + proven,
    failed: failed - proven,
    left,
    ...reported,
    ...(progress && { progress }),
    ...(trouble && { trouble }),
  };
}
