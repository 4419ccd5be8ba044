import { DAY_MILLISECONDS } from '../shared/clock.ts';

/** This file decides when an address is given up because mails to it bounce again and again. */

/** A run of bounces: the mails to an address that bounced since a mail was last delivered to it. */
export type BounceRun = {
  /** The time of each bounce (ISO 8601), under the provider's id of the mail. */
  bounces: Record<string, string>;
  /** When a mail was last delivered (ISO 8601). */
  deliveredAt?: string;
};

/**
 * An address is given up after this many bounces in a row that lasted at least this many days. A mailbox that is full
 * for a week, or whose server is down for a week, is mailed again. A mailbox that nobody empties is given up, however
 * often its editions come.
 */
export const BOUNCES_IN_A_ROW = 5;
export const BOUNCING_DAYS = 10;
/** How many bounces are stored. An edition that is sent every hour would otherwise fill the item. */
const MOST_STORED = 50;

/** Adds a bounce to the run. */
export function withBounce(run: BounceRun | undefined, mailId: string, at: string): BounceRun {
  if (run?.bounces[mailId]) return run;
  const all = Object.entries({ ...run?.bounces, [mailId]: at }).sort(([, a], [, b]) => (a < b ? -1 : 1));
  // The first bounce is always kept, because it shows how long the run has lasted.
  const kept = all.length > MOST_STORED ? [...all.slice(0, 1), ...all.slice(1 - MOST_STORED)] : all;
  return { ...run, bounces: Object.fromEntries(kept) };
}

/** Removes the bounces that came before a delivered mail. */
export function withDelivery(run: BounceRun, at: string): BounceRun {
  const deliveredAt = run.deliveredAt && run.deliveredAt > at ? run.deliveredAt : at;
  return { bounces: since(run.bounces, deliveredAt), deliveredAt };
}

/**
 * Decides whether the address is given up. The reader confirmed a sign-up at `confirmedAt` (ISO 8601), so a mail
 * reached the address then.
 */
export function isGivenUp(run: BounceRun, confirmedAt: string | undefined): boolean {
  const reached =
    [run.deliveredAt, confirmedAt]
      .filter((at) => at !== undefined)
      .sort()
      .at(-1) ?? '';
  const times = Object.values(since(run.bounces, reached)).sort();
  const lasted = Date.parse(times.at(-1) ?? '') - Date.parse(times[0] ?? '');
  return times.length >= BOUNCES_IN_A_ROW && lasted >= BOUNCING_DAYS * DAY_MILLISECONDS;
}

function since(bounces: BounceRun['bounces'], at: string): BounceRun['bounces'] {
  return Object.fromEntries(Object.entries(bounces).filter(([, bouncedAt]) => bouncedAt > at));
}
