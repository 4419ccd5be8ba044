import type { Config } from '../config.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { type Issue, issueId, issueUrl, PARTS, type Review } from './issue.ts';
import type { IssueStore } from './issue-store.ts';

export type StartServices = { config: Config; issues: IssueStore; queue: Queue; clock: Clock; log: Log };

/**
 * Makes the issue of a slot, or finds it: a repeated tick and a repeated request come to the same one. Composing it is
 * left to the tick function, and so is letting a draft go whose hour has come. Without `review` nobody sees it first.
 */
export async function startIssue(
  { config, issues, queue, clock, log }: StartServices,
  edition: string,
  slot: string,
  scheduledAt: string,
  review?: Review,
): Promise<Issue> {
  const { issue, created } = await issues.create({
    edition,
    slot,
    scheduledAt,
    createdAt: isoTime(clock()),
    state: 'new',
    composition: 0,
    parts: PARTS,
    partsPlanned: 0,
    batches: 0,
    batchesDone: 0,
    planned: 0,
    sent: 0,
    failed: 0,
    left: 0,
    waves: {},
    ...(review && { review }),
  });
  if (created)
    log.info('an issue was started', { issue: issueId(issue), url: issueUrl(issue, config.baseUrl) });
  if (issue.state === 'new' || issue.state === 'draft')
    await handOver(queue, log, [{ kind: 'compose', edition, slot }]);
  return issue;
}
