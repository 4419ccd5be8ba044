import { HOUR_SECONDS } from './clock.ts';

/** Limits how often something may happen. The count is in the table, so that all processes share it. */
export type Throttle = {
  /**
   * Counts one more event of this key. Returns false if `max` events were already counted in the present window of
   * time. The window begins with its first event and lasts `seconds`, or an hour if `seconds` is not given. `now` is in
   * milliseconds since 1970. Every call for a key must give the same `seconds`, because a key has one window.
   */
  underLimit(key: string, max: number, now: number, seconds?: number): Promise<boolean>;
};

/** For limits of an hour: after this time the window of the key has ended, no matter when it began. */
export const RETRY_AFTER_SECONDS = HOUR_SECONDS;
