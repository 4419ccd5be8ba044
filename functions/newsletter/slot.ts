import { Cron } from 'croner';
import type { EditionSettings } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { instantOf, localTime } from '../shared/local-time.ts';
import { sha256 } from '../shared/text.ts';

/**
 * The slot of a schedule, named by the local time it is for: `2026-11-22-0730`. An hour that daylight saving repeats
 * gives one slot, and so one issue. `scheduledAt` in ISO 8601.
 */
export function slotOf(scheduledAt: string, timeZone: string): string {
  return localTime(Date.parse(scheduledAt), timeZone).replace('T', '-').replace(':', '');
}

/** The local time that a slot of a schedule is named by; undefined for one that an editor named or sent. */
export function localTimeOfSlot(slot: string): string | undefined {
  const [, day, hour, minute] = /^(\d{4}-\d{2}-\d{2})-(\d{2})(\d{2})$/.exec(slot) ?? [];
  const local = `${day}T${hour}:${minute}`;
  return day && Number.isFinite(Date.parse(`${local}Z`)) ? local : undefined;
}

/** The slot of an issue that an editor sends: the same key gives the same issue. */
export function extraSlot(key: string): string {
  return `extra-${sha256(key).slice(0, 16)}`;
}

/**
 * The first time after `after` (milliseconds) at which the edition is due; undefined if it never is again. The cron
 * expression is read as local times, and each of them comes once: at its first moment if clocks show it twice, and when
 * the clocks have changed if they skip it. croner knows time zones too, but it leaves out a day whose last hour is
 * skipped, as it is in Greenland.
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

/** Whether the slot is one that the schedule comes to after `now` (milliseconds), and will then find taken. */
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
