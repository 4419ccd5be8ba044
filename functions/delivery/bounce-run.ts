import { DAY_MILLISECONDS } from '../shared/clock.ts';
/** Mails to an address that bounced for now, since one was last delivered. */
export type BounceRun = {
  /** The provider's id of each → when, in ISO 8601. */
  bounces: Record<string, string>;
  /** ISO 8601 */
  deliveredAt?: string;
};

/**
 * So many in a row, over so long, and it is given up: a full mailbox or a server that is down for a week is mailed again,
 * a mailbox that nobody empties is not mailed for ever, whatever the edition's rhythm.
 */
export const BOUNCES_IN_A_ROW = 5;
export const BOUNCING_DAYS = 10;
/** What a run has to remember of an edition that is sent every hour. */
const MOST = 50;

export function withBounce(run: BounceRun | undefined, mailId: string, at: string): BounceRun {
  if (run?.bounces[mailId]) return run;
  const all = Object.entries({ ...run?.bounces, [mailId]: at }).sort(([, a], [, b]) => (a < b ? -1 : 1));
  // The first one says how long it has lasted.
  const kept = all.length > MOST ? [...all.slice(0, 1), ...all.slice(1 - MOST)] : all;
  return { ...run, bounces: Object.fromEntries(kept) };
}

export function withDelivery(run: BounceRun, at: string): BounceRun {
  const deliveredAt = run.deliveredAt && run.deliveredAt > at ? run.deliveredAt : at;
  return { bounces: since(run.bounces, deliveredAt), deliveredAt };
}

/** `confirmedAt`: a mail reached its reader then. ISO 8601. */
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
