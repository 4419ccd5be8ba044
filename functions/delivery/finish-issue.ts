import { type Issue, issueId } from '../newsletter/issue.ts';
import { doneOf, progressOf } from '../newsletter/issue-progress.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import { inKnownState } from '../newsletter/known-state.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { DeliveryStore } from './delivery-store.ts';

export type FinishServices = {
  issues: IssueStore;
  delivery: DeliveryStore;
  clock: Clock;
  log: Log;
};

/**
 * Ends the issue if every part is planned and every batch has its outcome. Otherwise the progress of the issue is
 * noted. This function is called after every batch and after planning, so whatever comes last ends the issue.
 */
export async function finishIssue(services: FinishServices, ref: IssueRef): Promise<void> {
  const { issues, log } = services;
  const issue = inKnownState(await issues.get(ref));
  if (issue?.state !== 'sending') return;
  if (issue.batchesDone < issue.batches) return noteProgress(services, issue);
  if (issue.partsPlanned < issue.parts) return;
  if (await issues.end(ref, ['sending'], 'sent')) {
    const { planned, sent, failed, left } = issue;
    log.info('an issue was sent', { issue: issueId(ref), planned, sent, failed, left });
  }
}

/**
 * These three values decide when progress is noted. A note is a write and a line of the log. It is written after each
 * tenth of the readers, but at most every ten seconds. It is also written once a minute if anything was done.
 */
const PART = 0.1;
const SHORTEST_SECONDS = 10;
const LONGEST_SECONDS = 60;
const NOTES_KEPT = 5;

/**
 * Stores and logs how far an issue is, if the last note is old enough. If several workers try, one of them writes it.
 */
export async function noteProgress(
  { delivery, clock, log }: { delivery: DeliveryStore; clock: Clock; log: Log },
  issue: Issue,
): Promise<void> {
  const { planned, sent, failed, left, notes = [], startedAt } = issue;
  if (startedAt === undefined) return;
  const now = clock();
  const done = doneOf(issue);
  const last = notes.at(-1) ?? { at: Date.parse(startedAt), done: 0 };
  const seconds = (now - last.at) / 1000;
  const isFurther = done - last.done >= planned * PART && seconds >= SHORTEST_SECONDS;
  if (done === last.done || !(isFurther || seconds >= LONGEST_SECONDS)) return;
  const next = [...notes, { at: now, done, sent }].slice(-NOTES_KEPT);
  if (await delivery.note(issue, issue.notes, next))
    log.info('an issue is under way', {
      issue: issueId(issue),
      planned,
      sent,
      failed,
      left,
      ...progressOf(issue, now),
    });
}
