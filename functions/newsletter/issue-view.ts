import type { Config } from '../config.ts';
import { type Decision, type Issue, issueId, issueUrl, type Review } from './issue.ts';
import { type Progress, progressOf } from './issue-progress.ts';

/** An issue as editors see it. */
export type IssueView = Pick<
  Issue,
  | 'edition'
  | 'slot'
  | 'state'
  | 'reason'
  | 'scheduledAt'
  | 'createdAt'
  | 'planned'
  | 'sent'
  | 'failed'
  | 'left'
> & {
  id: string;
  url: string;
  self: string;
  progress?: Progress;
  review?: Pick<Review, 'releaseAt' | 'otherwise'> & { decision?: Decision };
};

/**
 * `planned` counts recipients; of them `sent` were taken by the provider, `failed` refused, and `left` had gone. `decision`
 * is what was said to its draft.
 */
export function issueView({ baseUrl }: Config, issue: Issue, now: number, decision?: Decision): IssueView {
  const id = issueId(issue);
  const { edition, slot, state, reason, scheduledAt, createdAt, planned, sent, failed, left, review } = issue;
  const progress = progressOf(issue, now);
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
    sent,
    failed,
    left,
    ...(progress && { progress }),
  };
}
