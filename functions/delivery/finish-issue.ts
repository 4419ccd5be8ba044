import type { Log } from '../log.ts';
import { issueId } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';

/** Ends the issue once every shard is planned and every batch has its outcome. Whoever comes last does it. */
export async function finishIssue(
  { issues, log }: { issues: IssueStore; log: Log },
  ref: IssueRef,
): Promise<void> {
  const issue = await issues.get(ref);
  if (issue?.state !== 'sending' || issue.batchesDone < issue.batches) return;
  const frozen = await issues.frozen(ref);
  if (!frozen || issue.shardsPlanned < frozen.shards) return;
  if (await issues.end(ref, ['sending'], 'sent')) {
    const { planned, sent, failed, left } = issue;
    log.info('an issue was sent', { issue: issueId(ref), planned, sent, failed, left });
  }
}
