const DAY = 24 * 3600 * 1000;
const MINUTE = 60 * 1000;

/**
 * When clocks in a time zone show a local time (`2026-11-22T07:30`), in milliseconds since 1970. Where they show it twice,
 * the first of the two; where they skip it, the moment at which they do: the next that there is.
 * Undefined where this system does not know the zone.
 */
export function instantOf(localTime: string, timeZone: string): number | undefined {
  const format = formatIn(timeZone);
  if (!format) return undefined;
  const wanted = Date.parse(`${localTime}Z`);
  const offset = (instant: number) => wallClock(format, instant) - instant;
  // No zone is further from UTC than a day, and none changes its clocks twice within two.
  const [before, after] = [offset(wanted - DAY), offset(wanted + DAY)];
  const shown = [wanted - before, wanted - after].filter((instant) => instant + offset(instant) === wanted);
  if (shown.length > 0) return Math.min(...shown);
  let [old, changed] = [wanted - DAY, wanted + DAY];
  while (changed - old > MINUTE) {
    const middle = Math.floor((old + changed) / 2 / MINUTE) * MINUTE;
    if (offset(middle) === before) old = middle;
    else changed = middle;
  }
  return changed;
}

/** What the zone's clocks show, as if it were UTC. Whole minutes in, whole minutes out. */
function wallClock(format: Intl.DateTimeFormat, instant: number): number {
  const parts = format.formatToParts(instant);
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
}

function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}

/** The local time that a slot of a schedule is named by; undefined for one that an editor named or sent. */
export function localTimeOfSlot(slot: string): string | undefined {
  const [, day, hour, minute] = /^(\d{4}-\d{2}-\d{2})-(\d{2})(\d{2})$/.exec(slot) ?? [];
  const localTime = `${day}T${hour}:${minute}`;
  return day && Number.isFinite(Date.parse(`${localTime}Z`)) ? localTime : undefined;
}
