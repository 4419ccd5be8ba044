import { type Issue, issueId } from '../newsletter/issue.ts';
import { doneOf, progressOf } from '../newsletter/issue-progress.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { DeliveryStore } from './delivery-store.ts';

/** A note is a write and a line of the log: each tenth of the readers, but no oftener than every ten seconds … */
const PART = 0.1;
const SHORTEST_SECONDS = 10;
/** … and at least each minute in which anything was done. */
const LONGEST_SECONDS = 60;
const NOTES_KEPT = 5;

/** Keeps and logs how far an issue is, where that was last done long enough ago. Of several workers, one does it. */
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
