import type { Clock } from '../shared/clock.ts';
import type { Mail, Mailer, SendOutcome } from './mailer.ts';

/** How fast the mail provider is asked. One pace for all who ask it, in whatever process: the limit is the account's. */
export type Pace = {
  /** Requests a second that the account may make, by the settings. */
  ceiling: number;
  /**
   * Waits for the caller's turn, and returns 0. Where that is more than some seconds off it takes no turn, and returns
   * after how many seconds to ask again.
   */
  turn(): Promise<number>;
  /**
   * The provider has refused a request that was begun at `begun` (milliseconds) as one too many: everybody stops for as
   * long as it says, and goes on at half the rate.
   */
  slowDown(begun: number, seconds: number): Promise<void>;
};

/** What is shared: when the next request may be made; since when (milliseconds) the rate, a second, has been growing. */
export type PaceState = { nextAt: number; growsFrom: number; rate: number };

/** The rate grows by so much of the ceiling a second: from half of it to the whole in two and a half minutes. */
const GROWTH = 1 / 300;
/** Where even this is too fast, it is not the pace that is wrong. Of the ceiling. */
const SLOWEST = 1 / 64;
/** A worker that waits keeps others from working: beyond this (milliseconds) it does something else meanwhile. */
export const LONGEST_WAIT = 5_000;
/** No refusal holds longer (seconds), whatever it says. */
export const LONGEST_HOLD = 3_600;

/** What a clock that was ahead once has left behind: no turn and no refusal leads so far. */
export function isAbsurd({ nextAt }: PaceState, now: number): boolean {
  return nextAt > now + LONGEST_HOLD * 1000 + LONGEST_WAIT;
}

/** Requests a second: halved by each refusal, and growing by the same amount every second after it. */
export function rateAt({ growsFrom, rate }: PaceState, ceiling: number, now: number): number {
  return Math.min(ceiling, rate + (ceiling * GROWTH * Math.max(0, now - growsFrom)) / 1000);
}

/**
 * What a refusal makes of it. Of the requests that were under way when the rate was halved, none halves it again: they
 * tell of the same excess.
 */
export function slowedDown(
  state: PaceState,
  ceiling: number,
  now: number,
  { begun, seconds }: { begun: number; seconds: number },
): PaceState {
  const nextAt = Math.max(state.nextAt, now + seconds * 1000);
  if (begun <= state.growsFrom) return { ...state, nextAt };
  const rate = Math.max(rateAt(state, ceiling, now) / 2, ceiling * SLOWEST);
  return { nextAt, growsFrom: nextAt, rate };
}

/** A request whose turn it is; a refusal slows everybody down. */
export async function sendInTurn(
  { mailer, pace, clock }: { mailer: Mailer; pace: Pace; clock: Clock },
  mails: Mail[],
  key: string,
): Promise<SendOutcome> {
  const begun = clock();
  const answer = await mailer.send(mails, key);
  if (answer.kind === 'throttled') await pace.slowDown(begun, answer.retryAfterSeconds);
  return answer;
}

/**
 * The messages that the queue is given of batches: what is sent until the sweep has come round again, and once more. All
 * at once would fill it for hours, and each of its messages would be in vain whenever the pace drops.
 */
export function batchesWithinReach({ ceiling }: Pace): number {
  return Math.ceil(ceiling * REACH_SECONDS);
}

const REACH_SECONDS = 120;
