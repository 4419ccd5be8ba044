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

let last: { timeZone: string; clock: (at: number) => string } | undefined;

/**
 * The clock of a zone. A formatter takes longer to make than to use, and holds tens of kilobytes that are long in being
 * freed: the last one is kept, since the times of one zone are mostly asked for one after the other.
 */
function clockIn(timeZone: string): (at: number) => string {
  if (last?.timeZone === timeZone) return last.clock;
  // Swedish writes days and times as ISO 8601 does, with a space in place of the T.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  last = { timeZone, clock: (at) => format.format(at).replace(' ', 'T') };
  return last.clock;
}

/** The day there, `2026-12-24`. `at` in milliseconds since 1970. */
export function localDay(at: number, timeZone: string): string {
  return localTime(at, timeZone).slice(0, 10);
}

/**
 * When clocks in a time zone show a local time (`2026-11-22T07:30`), in milliseconds since 1970. If they show it twice,
 * it is the first of the two. If they skip it, it is the moment at which they do, so that what is due then comes as soon
 * as it can.
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
