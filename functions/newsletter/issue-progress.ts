import { isoTime } from '../shared/clock.ts';
import type { Issue } from './issue.ts';

/** How far an issue is. Absent members: nothing can be said of them yet, or any more. */
export type Progress = {
  /** Of the readers planned so far, those who were mailed, refused or had left: 0 to 100, rounded down. */
  percent: number;
  /** Readers are still being put in batches: `planned` grows. */
  planning?: true;
  /** Mails a second over the last minutes. */
  rate?: number;
  /** When the next readers get theirs whose own clocks are behind. ISO 8601. */
  nextAt?: string;
  /** At this rate. ISO 8601. */
  endsAt?: string;
  secondsLeft?: number;
};

/** Older notes say nothing of how fast it is now. */
const LATE_MILLISECONDS = 3 * 60_000;
/** An estimate before this is a guess. */
const SHORTEST_MILLISECONDS = 1_000;

/** Undefined where there is nothing to be told: the issue was not composed, or has ended. */
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

export function doneOf({ sent, failed, left }: Issue): number {
  return sent + failed + left;
}

function rateOf({ notes = [], startedAt, sent }: Issue, now: number): number | undefined {
  const begin = startedAt === undefined ? [] : [{ at: Date.parse(startedAt), sent: 0 }];
  const from = [...begin, ...notes].find(({ at }) => now - at <= LATE_MILLISECONDS);
  if (!from || now - from.at < SHORTEST_MILLISECONDS) return undefined;
  return ((sent - from.sent) * 1000) / (now - from.at);
}

type Wave = { at: number; planned: number };

export function wavesAhead({ waves }: Issue, now: number): Wave[] {
  return Object.entries(waves)
    .map(([time, planned]) => ({ at: Date.parse(time), planned }))
    .filter(({ at }) => at > now)
    .sort((a, b) => a.at - b.at);
}

/** Each wave begins at its hour, or when the one before is done. */
function endOf(left: number, ahead: Wave[], rate: number | undefined, now: number): number | undefined {
  const isDue = left > ahead.reduce((sum, { planned }) => sum + planned, 0);
  // While all wait for their hour nothing is sent, and that last hour is what is known.
  if (!rate) return isDue ? undefined : ahead.at(-1)?.at;
  let end = now;
  let due = left - ahead.reduce((sum, { planned }) => sum + planned, 0);
  for (const { at, planned } of ahead) {
    end = Math.max(end + (due / rate) * 1000, at);
    due = planned;
  }
  return end + (due / rate) * 1000;
}
