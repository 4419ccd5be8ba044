import { type ComplaintStore, reasonToStop } from '../newsletter/complaints.ts';
import { issueId } from '../newsletter/issue.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import type { Log } from '../shared/log.ts';

/** Stops the issues under way of editions that are stopped. One not composed yet is skipped when it is to be. */
export async function stopEditions({
  issues,
  complaints,
  log,
}: {
  issues: IssueStore;
  complaints: ComplaintStore;
  log: Log;
}): Promise<void> {
  for (const ref of await issues.open()) {
    const reason = await reasonToStop(complaints, ref.edition);
    if (reason && (await issues.end(ref, ['sending'], 'stopped', reason)))
      log.warn('an issue was stopped: its edition is', { issue: issueId(ref), reason });
  }
}
