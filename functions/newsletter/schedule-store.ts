/** How far an edition's schedule was followed. */
export type Followed = {
  /** Milliseconds. Slots up to this time were started or left out. No slot up to this time is started any more. */
  through: number;
  /** The schedule that was followed. A new schedule is not followed for the time before it was set. */
  cron: string;
  timeZone: string;
  /**
   * The last slot that was left out because its time (ISO 8601) was long past. `told` says that it was logged.
   */
  leftOut?: { scheduledAt: string; told?: boolean };
};

export type ScheduleStore = {
  followed(edition: string): Promise<Followed | undefined>;
  follow(edition: string, followed: Followed): Promise<void>;
};
