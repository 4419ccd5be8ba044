/** A time zone in the spelling of the IANA database; undefined where it has none of that name. `+02:00` is no zone. */
export function parseTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The local day of an instant, `2026-12-24`. `at` in milliseconds. */
export function localDay(at: number, timeZone: string): string {
  // Swedish writes days as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

const HOUR = 3600 * 1000;

/** When a day, `2026-12-24`, begins in the zone, in milliseconds: to the minute, or the hour where clocks change at midnight. */
export function startOfDay(day: string, timeZone: string): number {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  const first = midnight - offsetAt(midnight, timeZone);
  const start = midnight - offsetAt(first, timeZone);
  // Where that midnight does not exist, we are still in the day before.
  return localDay(start, timeZone) < day ? start + HOUR : start;
}

/** What the zone's clocks are ahead of UTC, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return Date.parse(`${format.format(at).replace(' ', 'T')}.000Z`) - Math.floor(at / 1000) * 1000;
}
