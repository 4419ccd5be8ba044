import { HOUR_SECONDS, isoTime } from './clock.ts';

/** Limits how often something may happen. The counts are in the table, so that all processes share them. */

export type Limit = {
  /** Names the counter. */
  key: string;
  /** The most events in a window of time. */
  max: number;
  /**
   * How long a window lasts, which begins with its first event. An hour if this is absent. All limits of a key must
   * have the same window.
   */
  seconds?: number;
};

export type Throttle = {
  /**
   * Counts one more event for each of these limits. If one of them is reached already, nothing is written, and the
   * result is this limit. `now` is in milliseconds since 1970.
   */
  count(limits: Limit[], now: number): Promise<Limit | undefined>;
};

/** For limits of an hour: after this time the window of the key has ended, no matter when it began. */
export const RETRY_AFTER_SECONDS = HOUR_SECONDS;

/** Makes a text that stands for another one. Nobody can make or foresee it without the secret of the installation. */
export type Pseudonyms = { pseudonym(text: string): string };

/**
 * Returns the key of a counter of strangers, such as networks or hosts. Strangers have any number of them, so they share
 * 65,536 counters. Somebody who is refused because of another one in the same counter is in a different one the next
 * day (UTC). Nobody can aim at the counter of a certain stranger, because the pseudonym decides which one it is.
 */
export function strangersKey(
  { pseudonym }: Pseudonyms,
  what: 'client' | 'network' | 'websub',
  who: string,
  now: number,
): string {
  const day = isoTime(now).slice(0, 10);
  const counter = Buffer.from(pseudonym(`${what} ${day} ${who}`), 'base64url').readUInt16BE(0);
  return `${what}#${counter}`;
}
