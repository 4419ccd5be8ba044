import { isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Issue } from './issue.ts';

/** How far an issue is. A field is absent if its value is not known yet, or has no meaning any more. */
export type Progress = {
  /** The share of planned readers who were mailed, were refused or had left: 0 to 100, rounded down. */
  percent: number;
  /** Readers are still being put in batches, so `planned` still grows. */
  planning?: true;
  /** Mails a second over the last minutes. */
  rate?: number;
  /** When the next readers get the issue at their own hour (ISO 8601). */
  nextAt?: string;
  /** When the last mail goes out if the rate stays the same (ISO 8601). */
  endsAt?: string;
  secondsLeft?: number;
};

/** The rate is measured over this time. Older notes do not show how fast the issue is sent now. */
const RECENT_MILLISECONDS = 3 * MINUTE_MILLISECONDS;
/** A rate over less time than this would be a guess. */
const SHORTEST_MILLISECONDS = 1_000;

/** Returns how far an issue is, or undefined if the issue was not composed yet or has ended. */
export function progressOf(issue: Issue, now: number): Progress | undefined {
  if (issue.state !== 'sending' && issue.state !== 'stopped') return undefined;
  const { planned } = issue;
  const done = doneOf(issue);
  const percent = planned === 0 ? 0 : Math.floor((done / planned) * 100);
  if (issue.state === 'stopped') return { percent };
  const planning = issue.partsPlanned < issue.parts;
  const rate = rateOf(issue, now);
  const ahead = wavesAhead(issue, now);
  const endsAt = planning ? undefined : endOf(planned - done, ahead, rate, now);
  return {
    percent,
    ...(planning && { planning }),
    ...(rate !== undefined && { rate: Number(rate.toPrecision(3)) }),
    ...(ahead[0] && { nextAt: isoTime(ahead[0].at) }),
    ...(endsAt !== undefined && {
      endsAt: isoTime(endsAt),
      secondsLeft: Math.ceil((endsAt - now) / 1000),
    }),
  };
}

/** Returns how many readers of the issue need no more work. */
export function doneOf({ sent, failed, left }: Issue): number {
  return sent + failed + left;
}

function rateOf({ notes = [], startedAt, sent }: Issue, now: number): number | undefined {
  const begin = startedAt === undefined ? [] : [{ at: Date.parse(startedAt), sent: 0 }];
  const from = [...begin, ...notes].find(({ at }) => now - at <= RECENT_MILLISECONDS);
  if (!from || now - from.at < SHORTEST_MILLISECONDS) return undefined;
  return ((sent - from.sent) * 1000) / (now - from.at);
}

type Wave = { at: number; planned: number };

/** Returns the groups of readers whose hour is still to come, the earliest first. `now` is in milliseconds. */
export function wavesAhead({ waves }: Issue, now: number): Wave[] {
  return Object.entries(waves)
    .map(([time, planned]) => ({ at: Date.parse(time), planned }))
    .filter(({ at }) => at > now)
    .sort((a, b) => a.at - b.at);
}

/**
 * Estimates when the last mail goes out. Each group of readers begins at its hour, or later, when the group before it
 * is done.
 */
function endOf(left: number, ahead: Wave[], rate: number | undefined, now: number): number | undefined {
  let due = left - ahead.reduce((sum, { planned }) => sum + planned, 0);
  // While all readers wait for their hour nothing is sent, so there is no rate. The estimate is then the hour of the
  // last group.
  if (!rate) return due > 0 ? undefined : ahead.at(-1)?.at;
  let end = now;
  for (const { at, planned } of ahead) {
    end = Math.max(end + (due / rate) * 1000, at);
    due = planned;
  }
  return end + (due / rate) * 1000;
}
