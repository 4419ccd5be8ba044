/**
 * An app is a function of its services. Each consumer names the part that it needs (`FeedServices`, `SendServices` …),
 * and an entry point builds them once, at start. These two stand for what no function may reach for by itself.
 */

/** Milliseconds since 1970. A service, so that tests can move it. */
export type Clock = () => number;
/** A new id: 20 or more URL-safe characters, never given twice. */
export type Ids = () => string;

export const MINUTE_MILLISECONDS = 60_000;
export const HOUR_MILLISECONDS = 3_600_000;
export const DAY_MILLISECONDS = 86_400_000;
export const HOUR_SECONDS = 3_600;
export const DAY_SECONDS = 86_400;

/** ISO 8601 in UTC with milliseconds: sorts as text. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The later of two times in ISO 8601. */
export function laterOf(one: string, other: string): string {
  return Date.parse(one) > Date.parse(other) ? one : other;
}
