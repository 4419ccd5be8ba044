/** When the world's time zones change their clocks, by the rules that come with Node. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Converts a time in UTC, such as `2026-11-22T12:30`. */
export const milliseconds = (utc: string) => Date.parse(`${utc}Z`);

export const every = (step: number, from: number, until: number) =>
  Array.from({ length: Math.floor((until - from) / step) + 1 }, (_, index) => from + index * step);

/** Returns a function that says what the clocks of a zone show at a time, such as `2026-11-22T07:30`. */
export function clockIn(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => format.format(at).replace(' ', 'T');
}

const YEAR = every(DAY, Date.UTC(2026, 6, 1), Date.UTC(2027, 6, 1));

/** Returns the times within a year at which a zone changes its clocks. */
export function changesIn(timeZone: string): number[] {
  const clock = clockIn(timeZone);
  const offset = (at: number) => milliseconds(clock(at)) - at;
  return YEAR.filter((day) => offset(day) !== offset(day + DAY)).map((day) => {
    let [before, after] = [day, day + DAY];
    while (after - before > MINUTE) {
      const middle = Math.floor((before + after) / 2 / MINUTE) * MINUTE;
      if (offset(middle) === offset(day)) before = middle;
      else after = middle;
    }
    return after;
  });
}

/** One zone for each way in which the world's zones change their clocks in that year. There are some thirty ways. */
export const ZONES_THAT_CHANGE = [
  ...new Map(
    Intl.supportedValuesOf('timeZone').map((zone) => {
      const clock = clockIn(zone);
      return [
        changesIn(zone)
          .map((at) => `${at} ${clock(at - MINUTE)} ${clock(at)}`)
          .join(),
        zone,
      ];
    }),
  ).values(),
].filter((zone) => changesIn(zone).length > 0);
