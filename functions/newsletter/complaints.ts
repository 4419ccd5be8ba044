/** Whether an edition may be sent, as its readers' complaints decide. */
export type EditionStanding = {
  /** Set while it is stopped. `at` in ISO 8601, the reason for people. */
  stopped?: { at: string; reason: string };
  /** ISO 8601. What was mailed before an editor resumed it does not count any more. */
  resumedAt?: string;
};

/** Mails of an edition within the days that count, and how many readers reported them as spam. */
export type ComplaintCount = { accepted: number; complained: number };

/** How long a mail counts. */
export const COMPLAINT_DAYS = 7;

export type ComplaintStore = {
  standing(edition: string): Promise<EditionStanding>;
  /** Of the days before `now` (milliseconds), or since it was resumed. */
  count(edition: string, now: number): Promise<ComplaintCount>;
  /** Whether it is to be told that the rate is high: true once, until `calm`. */
  alarm(edition: string, at: string): Promise<boolean>;
  /** The rate is low again. */
  calm(edition: string): Promise<void>;
  /** False where it is stopped already. */
  stop(edition: string, stopped: { at: string; reason: string }): Promise<boolean>;
  /** Counts anew from `now`. False where it is not stopped. */
  resume(edition: string, now: number): Promise<boolean>;
};

/** Of an edition that is stopped: why none of its issues goes out. */
export async function reasonToStop(complaints: ComplaintStore, edition: string): Promise<string | undefined> {
  const { stopped } = await complaints.standing(edition);
  return stopped && `its edition was stopped at ${stopped.at}: ${stopped.reason}`;
}
