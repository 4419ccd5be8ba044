/** How far an edition's schedule was followed. */
export type Followed = {
  /** Milliseconds: the slots up to here were started, or were never to be. */
  through: number;
  /** The schedule that it is of: what another one would have had due in the past is not made up for. */
  cron: string;
  timeZone: string;
};

export type ScheduleStore = {
  followed(edition: string): Promise<Followed | undefined>;
  follow(edition: string, followed: Followed): Promise<void>;
};
