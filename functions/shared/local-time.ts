import { DAY_MILLISECONDS, MINUTE_MILLISECONDS } from './clock.ts';
/** What clocks show where: a zone that `parseTimeZone` does not know is a RangeError in the other functions. */

/** A time zone in the spelling of the IANA database; undefined where it has none of that name. `+02:00` is no zone. */
export function parseTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** What the zone's clocks show, `2026-11-22T07:30`. `at` in milliseconds since 1970. */
export function localTime(at: number, timeZone: string): string {
  return clockIn(timeZone)(at);
}

/** A formatter holds tens of kilobytes that are long in being freed: where many times are asked for, there is one. */
function clockIn(timeZone: string): (at: number) => string {
  // Swedish writes days and times as ISO 8601 does, but for the T.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => format.format(at).replace(' ', 'T');
}

/** The day there, `2026-12-24`. `at` in milliseconds since 1970. */
export function localDay(at: number, timeZone: string): string {
  return localTime(at, timeZone).slice(0, 10);
}

/**
 * When clocks in a time zone show a local time (`2026-11-22T07:30`), in milliseconds since 1970. Where they show it twice,
 * the first of the two; where they skip it, the moment at which they do: the next that there is. So it is with schedules
 * too; a single time croner would move on by what is skipped, to 03:30 for 02:30.
 */
export function instantOf(local: string, timeZone: string): number {
  const wanted = Date.parse(`${local}Z`);
  const clock = clockIn(timeZone);
  const offset = (instant: number) => Date.parse(`${clock(instant)}Z`) - instant;
  // No zone is further from UTC than a day, and none changes its clocks twice within two.
  const [before, after] = [offset(wanted - DAY_MILLISECONDS), offset(wanted + DAY_MILLISECONDS)];
  const shown = [wanted - before, wanted - after].filter((instant) => instant + offset(instant) === wanted);
  if (shown.length > 0) return Math.min(...shown);
  let [old, changed] = [wanted - DAY_MILLISECONDS, wanted + DAY_MILLISECONDS];
  while (changed - old > MINUTE_MILLISECONDS) {
    const middle = Math.floor((old + changed) / 2 / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
    if (offset(middle) === before) old = middle;
    else changed = middle;
  }
  return changed;
}
