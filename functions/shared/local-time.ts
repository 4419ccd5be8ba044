import { DAY_MILLISECONDS, MINUTE_MILLISECONDS } from './clock.ts';

/**
 * Converts between moments (milliseconds since 1970) and what the clocks of a time zone show. `timeZone` is a name that
 * `parseTimeZone` accepts. The other functions throw a RangeError for any other name.
 */

/**
 * Returns the name of a time zone as the IANA database spells it, or undefined if the database has no such zone. An
 * offset such as `+02:00` is not a time zone, because it says nothing about daylight saving.
 */
export function parseTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Returns the local day and time at a moment: `2026-11-22T07:30`. */
export function localTime(at: number, timeZone: string): string {
  return clockIn(timeZone)(at);
}

/** Returns the local day at a moment: `2026-12-24`. */
export function localDay(at: number, timeZone: string): string {
  return localTime(at, timeZone).slice(0, 10);
}

/**
 * Returns the moment at which the clocks of a time zone show a local time (`2026-11-22T07:30`). If they show it twice,
 * this is the first of the two moments. If they skip it, this is the moment at which they jump, so that whatever is due
 * at the skipped time happens as early as it can.
 */
export function instantOf(local: string, timeZone: string): number {
  const wanted = Date.parse(`${local}Z`);
  const clock = clockIn(timeZone);
  const offset = (instant: number) => Date.parse(`${clock(instant)}Z`) - instant;
  // No zone differs from UTC by more than a day, and no zone changes its clocks twice within two days.
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

let last: { timeZone: string; clock: (at: number) => string } | undefined;

/**
 * Returns the clock of a time zone. The last clock is kept, because most callers ask for many times of one zone in a
 * row. To make a formatter takes longer than to use it, and each one holds tens of kilobytes that are freed late.
 */
function clockIn(timeZone: string): (at: number) => string {
  if (last?.timeZone === timeZone) return last.clock;
  // Swedish writes days and times as ISO 8601 does, but with a space in place of the T.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  last = { timeZone, clock: (at) => format.format(at).replace(' ', 'T') };
  return last.clock;
}
