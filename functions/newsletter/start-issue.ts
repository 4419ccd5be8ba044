import type { Config } from '../config.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { type Clock, isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { type Issue, issueId, issueUrl, newIssue, type Review } from './issue.ts';
import type { IssueStore } from './issue-store.ts';
import type { Followed, ScheduleStore } from './schedule-store.ts';
import { LATEST_MILLISECONDS, lastRun, slotOf } from './slot.ts';

export type StartServices = { config: Config; issues: IssueStore; queue: Queue; clock: Clock; log: Log };

/** Issues start when an editor asks for one, or when the schedule of their edition has a slot. */

/**
 * Creates the issue of a slot, or returns the issue that the slot already has. So a repeated tick and a repeated
 * request get the same issue. A message in the queue then starts composing the issue, or releases its draft if the hour
 * has come. Without `review`, no editor sees the issue before it goes out.
 */
export async function startIssue(
  { config, issues, queue, clock, log }: StartServices,
  edition: string,
  slot: string,
  scheduledAt: string,
  review?: Review,
): Promise<Issue> {
  const started = { edition, slot, scheduledAt, createdAt: isoTime(clock()) };
  const { issue, created } = await issues.create({ ...newIssue(started), ...(review && { review }) });
  if (created)
    log.info('an issue was started', { issue: issueId(issue), url: issueUrl(issue, config.baseUrl) });
  if (issue.state === 'new' || issue.state === 'draft')
    await handOver(queue, log, [{ kind: 'compose', edition, slot }]);
  return issue;
}

export type ScheduleServices = StartServices & { schedules: ScheduleStore };

/**
 * Starts the issues that are due, of every edition. If one edition fails, the others are started all the same. In the
 * end this function throws one error that names the editions that failed, so that the tick fails and the operator is
 * alarmed.
 */
export async function startAllDue(services: ScheduleServices): Promise<void> {
  const { config, log } = services;
  const failed: string[] = [];
  for (const edition of config.publication.editions) {
    try {
      await startDue(services, edition);
    } catch (error) {
      failed.push(edition.id);
      log.error('the schedule of an edition could not be followed; the next tick tries again', {
        edition: edition.id,
        error,
      });
    }
  }
  if (failed.length > 0)
    throw new Error(`the schedules of these editions could not be followed: ${failed.join(', ')}`);
}

/** Starts the issue that is due, if there is one. An issue that was started already is found and not started again. */
async function startDue(services: ScheduleServices, edition: EditionSettings): Promise<void> {
  const { schedules, clock, log } = services;
  const { id, cron, timeZone } = edition;
  const now = clock();
  const followed = await schedules.followed(id);
  const followTo = (through: number, leftOut = followed?.leftOut) =>
    schedules.follow(id, { through, cron, timeZone, ...(leftOut && { leftOut }) });
  const due = whatIsDue(edition, followed, now);
  switch (due.what) {
    case 'nothing':
      return;
    case 'new-schedule':
      return followTo(now);
    case 'clock-was-ahead':
      log.warn('a schedule was followed into the future because a clock was wrong; it goes on from now', {
        edition: id,
        through: isoTime(due.through),
      });
      return followTo(now);
    case 'too-late':
      // The watch at the end of this tick logs it (`watch.ts`).
      return followTo(due.at, { scheduledAt: isoTime(due.at) });
    case 'issue':
      await startSlot(services, edition, due.at, now);
      return followTo(due.at);
  }
}

/** What a schedule asks for at a moment. All times are milliseconds since 1970. */
export type Due =
  /** No slot has come since the last one that was followed. */
  | { what: 'nothing' }
  /** The edition is new, or its cron or time zone was changed. No issue is started for slots before the change. */
  | { what: 'new-schedule' }
  /**
   * A clock was wrong, so the schedule was followed up to `through`, which is still to come. It is followed from now on
   * again, because the slots until then would be lost otherwise.
   */
  | { what: 'clock-was-ahead'; through: number }
  /** The slot at `at` was missed, and its issue would come too late to be of use. */
  | { what: 'too-late'; at: number }
  /** The issue of the slot at `at` must be started. Its time has come, or the time to show its draft to editors. */
  | { what: 'issue'; at: number };

/**
 * Decides what an edition's schedule asks for at `now`. Of several slots that were missed, the last one counts, so that
 * readers get one issue after an outage. A slot at a local time that daylight saving skips is due when the clocks have
 * changed. A slot at a local time that comes twice is due the first time.
 */
export function whatIsDue(
  edition: Pick<EditionSettings, 'cron' | 'timeZone' | 'review'>,
  followed: Followed | undefined,
  now: number,
): Due {
  if (followed?.cron !== edition.cron || followed.timeZone !== edition.timeZone)
    return { what: 'new-schedule' };
  const ahead = now + minutesBefore(edition) * MINUTE_MILLISECONDS;
  // One minute is added, because the clocks of two processes differ a little.
  if (followed.through > ahead + MINUTE_MILLISECONDS)
    return { what: 'clock-was-ahead', through: followed.through };
  const at = lastRun(edition, followed.through, ahead);
  if (at === undefined) return { what: 'nothing' };
  return { what: now - at > LATEST_MILLISECONDS ? 'too-late' : 'issue', at };
}

async function startSlot(
  services: StartServices,
  edition: EditionSettings,
  at: number,
  now: number,
): Promise<void> {
  const scheduledAt = isoTime(at);
  const slot = slotOf(scheduledAt, edition.timeZone);
  const issue = await startIssue(services, edition.id, slot, scheduledAt, reviewOf(edition, at, now));
  if (issue.state === 'skipped' && issue.createdAt < scheduledAt)
    services.log.error(
      'an issue that was due is not sent: an editor used its slot for an issue that was skipped',
      {
        edition: edition.id,
        issue: issueId(issue),
        reason: issue.reason,
      },
    );
}

/**
 * Returns the review of an issue. If the issue is started only after its hour, its release is put off, so that the
 * editors still have their whole time to look at the draft. If the draft is late but its hour has not passed, the hour
 * stays.
 */
function reviewOf(edition: EditionSettings, at: number, now: number): Review | undefined {
  if (!edition.review) return undefined;
  const { editors, otherwise } = edition.review;
  const release = now <= at ? at : now + minutesBefore(edition) * MINUTE_MILLISECONDS;
  return { editors, otherwise, releaseAt: isoTime(release) };
}

function minutesBefore({ review }: Pick<EditionSettings, 'review'>): number {
  return review?.minutesBefore ?? 0;
}
