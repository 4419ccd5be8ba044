/** How often something may happen within an hour, counted in the table: every process sees the same number. */
export type Throttle = {
  /** Counts one more; false once `max` were counted for this key within the hour. `now` in milliseconds. */
  underLimit(key: string, max: number, now: number): Promise<boolean>;
};

/** The hour is over by then, whenever in it somebody was told to wait. */
export const RETRY_AFTER_SECONDS = 3600;
