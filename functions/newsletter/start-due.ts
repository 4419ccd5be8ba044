import type { EditionSettings } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import type { Issue, Review } from './issue.ts';
import type { ScheduleStore } from './schedule-store.ts';
import { nextRun, slotOf } from './slot.ts';
import { type StartServices, startIssue } from './start-issue.ts';

export type ScheduleServices = StartServices & { schedules: ScheduleStore };

/** A newsletter that comes later than this is worse than none. */
const LATEST_MILLISECONDS = 6 * 3600 * 1000;
const MINUTE_MILLISECONDS = 60_000;

/** Of every edition. One that fails costs the others nothing. */
export async function startAllDue(services: ScheduleServices): Promise<void> {
  const { config, log } = services;
  for (const edition of config.publication.editions) {
    try {
      await startDue(services, edition);
    } catch (error) {
      log.error('the schedule of an edition could not be followed; it is tried again', {
        edition: edition.id,
        error,
      });
    }
  }
}

/**
 * Starts the issue whose hour has come, or whose draft is to be shown now; one that was started already is only found.
 * After an outage the last missed one is started. It also starts what a timer leaves out, since its local hour does not
 * exist on the day that daylight saving begins. An edition or a schedule that is new starts nothing for the hours before.
 */
async function startDue(services: ScheduleServices, edition: EditionSettings): Promise<void> {
  const { schedules, clock, log } = services;
  const { id, cron, timeZone } = edition;
  const now = clock();
  const followed = await schedules.followed(id);
  if (followed?.cron !== cron || followed.timeZone !== timeZone)
    return schedules.follow(id, { through: now, cron, timeZone });
  const ahead = now + minutesBefore(edition) * MINUTE_MILLISECONDS;
  if (followed.through > ahead + MINUTE_MILLISECONDS) {
    // Its slots keep what was started already from being started again.
    const through = isoTime(followed.through);
    log.warn('a schedule was followed into the future: it goes on from now', { edition: id, through });
    return schedules.follow(id, { through: now, cron, timeZone });
  }
  const due = lastDue(edition, followed.through, ahead);
  if (due === undefined) return;
  if (now - due > LATEST_MILLISECONDS)
    log.warn('an issue was left out: its time is long past', { edition: id, scheduledAt: isoTime(due) });
  else await startSlot(services, edition, due);
  await schedules.follow(id, { through: due, cron, timeZone });
}

/** The issue that the schedule has at `due` (milliseconds). */
export function startSlot(services: StartServices, edition: EditionSettings, due: number): Promise<Issue> {
  const scheduledAt = isoTime(due);
  const slot = slotOf(scheduledAt, edition.timeZone);
  return startIssue(services, edition.id, slot, scheduledAt, reviewOf(edition, due, services.clock()));
}

/** Where it is started late, the editors have their time all the same. */
function reviewOf(edition: EditionSettings, due: number, now: number): Review | undefined {
  if (!edition.review) return undefined;
  const { editors, otherwise } = edition.review;
  const release = now <= due ? due : now + minutesBefore(edition) * MINUTE_MILLISECONDS;
  return { editors, otherwise, releaseAt: isoTime(release) };
}

function minutesBefore({ review }: EditionSettings): number {
  return review?.minutesBefore ?? 0;
}

function lastDue(edition: EditionSettings, through: number, now: number): number | undefined {
  let due: number | undefined;
  for (
    let next = nextRun(edition, through);
    next !== undefined && next <= now;
    next = nextRun(edition, next)
  ) {
    due = next;
    // After long outages there is no use in walking through every slot.
    if (now - next > LATEST_MILLISECONDS * 8) next = now - LATEST_MILLISECONDS * 8;
  }
  return due;
}
