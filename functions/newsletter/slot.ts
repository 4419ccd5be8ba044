import { Cron } from 'croner';
import type { EditionSettings } from '../settings/publication.ts';
import { DAY_MILLISECONDS, HOUR_MILLISECONDS, isoTime } from '../shared/clock.ts';
import { instantOf, localTime } from '../shared/local-time.ts';
import { sha256 } from '../shared/text.ts';

/**
 * A slot is the name of one issue of an edition. The schedule of the edition gives a slot for each time at which an
 * issue is due.
 */

/**
 * How many hours after its time an issue may still go out. A newsletter for the morning is worth sending until noon, and a
 * nuisance after that.
 */
export const LATEST_HOURS = 6;
export const LATEST_MILLISECONDS = LATEST_HOURS * HOUR_MILLISECONDS;

/**
 * Returns the slot of a scheduled time (ISO 8601). Its name is the local time, such as `2026-11-22-0730`. An hour that
 * daylight saving repeats has the same name twice, so it gives one issue.
 */
export function slotOf(scheduledAt: string, timeZone: string): string {
  return localTime(Date.parse(scheduledAt), timeZone).replace('T', '-').replace(':', '');
}

/**
 * Returns the local time in the name of a slot, such as `2026-11-22T07:30`. Returns undefined for a slot with another
 * name, which an editor chose or which was made from a key.
 */
export function localTimeOfSlot(slot: string): string | undefined {
  const [, day, hour, minute] = /^(\d{4}-\d{2}-\d{2})-(\d{2})(\d{2})$/.exec(slot) ?? [];
  const local = `${day}T${hour}:${minute}`;
  return day && Number.isFinite(Date.parse(`${local}Z`)) ? local : undefined;
}

/** Makes the slot of an issue that an editor sends. The same key gives the same slot, and so the same issue. */
export function extraSlot(key: string): string {
  return `extra-${sha256(key).slice(0, 16)}`;
}

/**
 * Returns the first time after `after` (milliseconds) at which the edition is due, or undefined if it is never due
 * again. The cron expression names local times, and each local time comes once. If the clocks show it twice, the first
 * one counts. If the clocks skip it, the edition is due when they have changed. croner can work with time zones too,
 * but it leaves out a day whose last hour is skipped, as happens in Greenland. So croner only computes local times
 * here.
 */
export function nextRun(
  { cron, timeZone }: Pick<EditionSettings, 'cron' | 'timeZone'>,
  after: number,
): number | undefined {
  const localTimes = new Cron(cron, { utcOffset: 0, paused: true });
  let local = localTimes.nextRun(new Date(`${localTime(after, timeZone)}Z`));
  while (local) {
    const at = instantOf(isoTime(local.getTime()).slice(0, 16), timeZone);
    if (at > after) return at;
    local = localTimes.nextRun(local);
  }
  return undefined;
}

/**
 * In these spans (days) before a time, the last run of a schedule is looked for. A span is looked through only if the
 * shorter ones have no run, so there are at most some hundred runs to look at, however long an outage was.
 */
const SPANS_DAYS = [2, 8, 40, 400, 3_000];

/** Returns the last time of the schedule that is after `after` and not after `until`. All are in milliseconds. */
export function lastRun(
  schedule: Pick<EditionSettings, 'cron' | 'timeZone'>,
  after: number,
  until: number,
): number | undefined {
  for (const days of SPANS_DAYS) {
    const from = Math.max(after, until - days * DAY_MILLISECONDS);
    let last: number | undefined;
    for (
      let next = nextRun(schedule, from);
      next !== undefined && next <= until;
      next = nextRun(schedule, next)
    )
      last = next;
    if (last !== undefined || from === after) return last;
  }
  return undefined;
}

/**
 * Checks whether the schedule has this slot after `now` (milliseconds). If an issue takes the slot before that time,
 * the schedule finds the slot taken and starts no issue.
 */
export function isAhead(
  edition: Pick<EditionSettings, 'cron' | 'timeZone'>,
  slot: string,
  now: number,
): boolean {
  const local = localTimeOfSlot(slot);
  const at = local === undefined ? now : instantOf(local, edition.timeZone);
  const run = at > now ? nextRun(edition, at - 1000) : undefined;
  return run !== undefined && slotOf(isoTime(run), edition.timeZone) === slot;
}
