/** How often something may happen within a time, counted in the table: every process sees the same number. */
export type Throttle = {
  /**
   * Counts one more; false once `max` were counted for this key within the hour, or within `seconds`. `now` in
   * milliseconds. A key has one window: it is always asked for with the same `seconds`.
   */
  underLimit(key: string, max: number, now: number, seconds?: number): Promise<boolean>;
};

/** The hour is over by then, whenever in it somebody was told to wait. */
export const RETRY_AFTER_SECONDS = 3600;
