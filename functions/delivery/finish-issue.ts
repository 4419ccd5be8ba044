import { issueId } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { noteProgress } from './note-progress.ts';

export type FinishServices = {
  issues: IssueStore;
  delivery: DeliveryStore;
  clock: Clock;
  log: Log;
};

/**
 * Ends the issue once every part is planned and every batch has its outcome; until then notes how far it is. Whoever
 * comes last does it.
 */
export async function finishIssue(services: FinishServices, ref: IssueRef): Promise<void> {
  const { issues, log } = services;
  const issue = await issues.get(ref);
  if (issue?.state !== 'sending') return;
  if (issue.batchesDone < issue.batches) return noteProgress(services, issue);
  if (issue.partsPlanned < issue.parts) return;
  if (await issues.end(ref, ['sending'], 'sent')) {
    const { planned, sent, failed, left } = issue;
    log.info('an issue was sent', { issue: issueId(ref), planned, sent, failed, left });
  }
}
