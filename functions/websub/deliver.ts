import { type Clock, SKEW_MILLISECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import type { Callbacks } from './callbacks.ts';
import { courier, type Delivery } from './post-to-callback.ts';
import type { Subscription } from './subscription.ts';
import type { Content } from './topic-content.ts';
import type { WebSubStore } from './websub-store.ts';

export type DeliverServices = {
  websub: WebSubStore;
  callbacks: Callbacks;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/**
 * How many deliveries one process has under way at a time. A callback may take ten seconds, so a hundred silent
 * callbacks take twenty.
 */
export const AT_ONCE = 64;

/** The number of subscriptions that are read at a time. */
export const PAGE = 100;

/**
 * A piece of work begins new pages for this long, which is well below the time limit of a function. It finishes the
 * page that it has begun. Another message then does the rest.
 */
export const WORK_SECONDS = 40;

/**
 * Returns the functions that deliver content and store the result of each delivery. They are for one piece of work,
 * which is the handling of one message.
 */
export function deliveries(services: DeliverServices) {
  const { websub, callbacks, queue, log } = services;
  const send = courier(callbacks);
  let firstRetrySeconds = Number.POSITIVE_INFINITY;
  return {
    /** Delivers content to a subscriber. `booked` is the next retry if it is in the table already. */
    async deliver(subscription: Subscription, content: Content, booked?: Retry): Promise<Delivery> {
      const delivery = await send(subscription, content);
      if (delivery === 'delivered') await websub.cancelRetry(booked?.subscription ?? subscription);
      else if (delivery === 'gone') await websub.end(subscription);
      else {
        const retry = booked ?? (await retryOf(services, subscription));
        if (retry) firstRetrySeconds = Math.min(firstRetrySeconds, retry.seconds);
      }
      return delivery;
    },

    /**
     * Sends a message for the first retry of the deliveries that failed. If the message is lost, the sweep finds the
     * retries.
     */
    async remind(): Promise<void> {
      if (firstRetrySeconds > LONGEST_DELAY_SECONDS) return;
      await handOver(queue, log, [{ kind: 'redeliver' }], firstRetrySeconds);
    },
  };
}

/** The longest delay of a message in SQS. The sweep finds retries that are later. */
const LONGEST_DELAY_SECONDS = 900;

/** The next delivery to a subscriber, and the seconds until then. */
export type Retry = { subscription: Subscription; seconds: number };

/**
 * Returns the retry that is booked already, or books one. This way, several edits during one outage count as one
 * failure. They do not make the subscriber wait longer after it is back.
 */
async function retryOf(
  services: Pick<DeliverServices, 'websub' | 'clock'>,
  subscription: Subscription,
): Promise<Retry | undefined> {
  const seconds = secondsToRetry(subscription, services.clock());
  return seconds > 0 ? { subscription, seconds } : bookRetry(services, subscription);
}

/**
 * Returns the seconds until the retry that is booked, or 0 if none is booked. A retry that is further away than any can
 * be was booked by a clock that was wrong, and does not count.
 */
function secondsToRetry({ retryAt = 0 }: Subscription, now: number): number {
  const furthest = now + LONGEST_BACKOFF_SECONDS * 1000 + SKEW_MILLISECONDS;
  return retryAt > now && retryAt <= furthest ? Math.ceil((retryAt - now) / 1000) : 0;
}

/** Books the next retry. Returns undefined if another process has booked it or the subscription has ended. */
export async function bookRetry(
  { websub, clock }: Pick<DeliverServices, 'websub' | 'clock'>,
  subscription: Subscription,
): Promise<Retry | undefined> {
  const seconds = backoff(subscription);
  const retryAt = clock() + seconds * 1000;
  if (!(await websub.bookRetry(subscription, retryAt))) return undefined;
  return { subscription: { ...subscription, retryAt }, seconds };
}

/**
 * The seconds until the next attempt, by the number of attempts that failed. After these there are four attempts a day,
 * until the lease ends, which is the agreed time of the subscription.
 */
const BACKOFF_SECONDS = [10, 30, 90, 270, 810, 2430, 7290];
const LONGEST_BACKOFF_SECONDS = 21_600;

function backoff({ failures = 0 }: Subscription): number {
  return BACKOFF_SECONDS[failures] ?? LONGEST_BACKOFF_SECONDS;
}

/**
 * Checks whether a delivery has failed six times in a row, the last time some twenty minutes after the first. A
 * distribution leaves such a subscriber out. The subscriber's next retry sends the document as it is then.
 */
export function isLongDown(subscription: Subscription, now: number): boolean {
  const { failures = 0 } = subscription;
  return failures >= BACKOFF_SECONDS.length - 1 && secondsToRetry(subscription, now) > 0;
}
