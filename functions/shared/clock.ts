/**
 * Time and ids as services, and the lengths of units of time. A service is a value that a function gets as a parameter
 * instead of importing it. Each function names the services that it needs (`FeedServices`, `SendServices` …), and an
 * entry point builds them once, at start. No function reads the time or makes an id in another way, so that tests can
 * move the clock and know the ids.
 */

/** Returns the time in milliseconds since 1970. */
export type Clock = () => number;
/** Returns a new id of 20 or more URL-safe characters. It never returns the same id twice. */
export type Ids = () => string;

export const MINUTE_MILLISECONDS = 60_000;
export const HOUR_MILLISECONDS = 3_600_000;
export const DAY_MILLISECONDS = 86_400_000;
export const HOUR_SECONDS = 3_600;
export const DAY_SECONDS = 86_400;

/** The clocks of two machines that are right differ by less than this. */
export const SKEW_MILLISECONDS = MINUTE_MILLISECONDS;

/**
 * Returns the latest time that leases and waits can have at `now`, because none is longer than an hour. A later time was
 * stored by a machine whose clock was wrong. It must not count, or else the work would wait until that time comes.
 */
export function latestWait(now: number): number {
  return now + HOUR_MILLISECONDS + SKEW_MILLISECONDS;
}

/** Returns a time in ISO 8601, in UTC and with milliseconds. Such times sort as text. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Returns the later of two times (ISO 8601). */
export function laterOf(one: string, other: string): string {
  return Date.parse(one) > Date.parse(other) ? one : other;
}
