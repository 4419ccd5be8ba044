import type { Clock } from '../shared/clock.ts';
import type { Mail, Mailer, SendOutcome } from './mailer.ts';

/**
 * How fast requests go to the mail provider. All processes share one pace, because the provider limits the requests of
 * the whole account.
 */
export type Pace = {
  /** How many requests a second the account may make, by the settings. */
  ceiling: number;
  /**
   * Waits until the caller may make one request, which is the caller's turn, and returns 0. If the turn is more than
   * some seconds away, nothing is reserved. The result is then the number of seconds after which the caller should ask
   * again.
   */
  turn(): Promise<number>;
  /**
   * Notes that the provider refused a request because of its rate limit. The request began at `begun` (milliseconds).
   * All processes stop for `seconds` and then go on at half the rate.
   */
  slowDown(begun: number, seconds: number): Promise<void>;
};

/**
 * What all processes share. `nextAt` is when the next request may be made, and `rate` is in requests a second. The rate
 * has been growing since `growsFrom`. Times are in milliseconds.
 */
export type PaceState = { nextAt: number; growsFrom: number; rate: number };

/**
 * The share of the ceiling by which the rate grows each second. It grows from half to the whole in two and a half
 * minutes.
 */
const GROWTH = 1 / 300;
/**
 * The rate never falls below this share of the ceiling. If even this rate is too fast for the provider, something other
 * than the pace is wrong.
 */
const SLOWEST = 1 / 64;
/**
 * How long a worker waits for its turn at most (milliseconds). If it has to wait longer, it does other work meanwhile.
 */
export const LONGEST_WAIT = 5_000;
/** A refusal stops all processes for at most this long (seconds), whatever the provider says. */
export const LONGEST_HOLD = 3_600;

/**
 * Checks whether `nextAt` is further away than any turn or refusal can be. A clock that was wrong must have written it.
 */
export function isAbsurd({ nextAt }: PaceState, now: number): boolean {
  return nextAt > now + LONGEST_HOLD * 1000 + LONGEST_WAIT;
}

/**
 * Returns the rate at `now`, in requests a second. Each refusal halves it, and it grows by the same amount every
 * second.
 */
export function rateAt({ growsFrom, rate }: PaceState, ceiling: number, now: number): number {
  return Math.min(ceiling, rate + (ceiling * GROWTH * Math.max(0, now - growsFrom)) / 1000);
}

/**
 * Returns the state after a refusal. Requests that were already sent when the rate was halved do not halve it again,
 * because their refusals have the same cause.
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

/** Sends a request whose turn it is. If the provider refuses it because of its rate limit, all processes slow down. */
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
 * Two minutes, which is the time until the sweep after the next one. So the queue does not run empty if one sweep is
 * late.
 */
const REACH_SECONDS = 120;

/**
 * Returns how many batches get a message in the queue at a time. The sweep sends messages for the others later.
 * Messages for all batches would fill the queue for hours, and would be handled for nothing whenever the pace drops.
 */
export function batchesWithinReach({ ceiling }: Pace): number {
  return Math.ceil(ceiling * REACH_SECONDS);
}
