import type * as z from 'zod';
import type { Config } from '../config.ts';
import { type Decision, type Issue, issueId, issueUrl, progressOf } from './issue.ts';
import type { issueView as issueShape } from './issue-shapes.ts';
import type { IssueTally } from './issue-tally.ts';

/** An issue as editors see it. */
export type IssueView = z.output<typeof issueShape>;

/** `decision` is what was said to a draft, `tally` what was told of the mails since. */
type Beside = { decision?: Decision | undefined; tally?: IssueTally | undefined };

/**
 * `planned` counts recipients; of them `sent` were taken by the provider, `failed` refused or given up, and `left` had
 * gone.
 */
export function issueView(
  { baseUrl }: Config,
  issue: Issue,
  now: number,
  { decision, tally }: Beside = {},
): IssueView {
  const id = issueId(issue);
  const { edition, slot, state, reason, scheduledAt, createdAt, planned, sent, failed, left, review } = issue;
  const progress = progressOf(issue, now);
  const { proven = 0, ...told } = tally ?? {};
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
    ...told,
    ...(progress && { progress }),
  };
}
