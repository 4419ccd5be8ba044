import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import type { Callbacks } from './callbacks.ts';
import type { Content } from './content.ts';
import { courier, type Delivery } from './courier.ts';
import type { Subscription } from './subscription.ts';
import type { WebSubStore } from './websub-store.ts';

export type DeliverServices = {
  websub: WebSubStore;
  callbacks: Callbacks;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** Deliveries that one process has under way. A callback is given some seconds, so a hundred that hang cost half a minute. */
export const AT_ONCE = 64;

/** Subscriptions read at a time. */
export const PAGE = 100;

/** Well below what a function may run. What is left then goes on with the next message. */
export const WORK_SECONDS = 40;

/** Deliveries of one piece of work, and what they come to in the table. */
export function deliveries(services: DeliverServices) {
  const { websub, callbacks, queue, log } = services;
  const send = courier(callbacks);
  let firstRetrySeconds = Number.POSITIVE_INFINITY;
  return {
    /** `booked`: its next retry, where that is in the table already. */
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

    /** A message for the first retry of those that failed. Lost, the sweep finds all of them. */
    async remind(): Promise<void> {
      if (firstRetrySeconds > LONGEST_DELAY_SECONDS) return;
      await handOver(queue, log, [{ kind: 'redeliver' }], firstRetrySeconds);
    },
  };
}

/** The longest that SQS holds a message back. A later retry is found by the sweep. */
const LONGEST_DELAY_SECONDS = 900;

/** The next attempt at a subscription, which is in so many seconds. */
export type Retry = { subscription: Subscription; seconds: number };

/**
 * The retry that is booked already, else a new one: an hour of many edits is one outage, and no reason to wait longer
 * for who is back after it.
 */
async function retryOf(
  services: Pick<DeliverServices, 'websub' | 'clock'>,
  subscription: Subscription,
): Promise<Retry | undefined> {
  const { retryAt = 0 } = subscription;
  const seconds = Math.ceil((retryAt - services.clock()) / 1000);
  return seconds > 0 ? { subscription, seconds } : bookRetry(services, subscription);
}

/** Undefined: another has booked it, or the subscription has ended. */
export async function bookRetry(
  { websub, clock }: Pick<DeliverServices, 'websub' | 'clock'>,
  subscription: Subscription,
): Promise<Retry | undefined> {
  const seconds = backoff(subscription);
  const retryAt = clock() + seconds * 1000;
  if (!(await websub.bookRetry(subscription, retryAt))) return undefined;
  return { subscription: { ...subscription, retryAt }, seconds };
}

/** Seconds until the next attempt, by how many have failed; then four a day until the lease ends. */
const BACKOFF_SECONDS = [10, 30, 90, 270, 810, 2430, 7290];
const LONGEST_BACKOFF_SECONDS = 21_600;

function backoff({ failures = 0 }: Subscription): number {
  return BACKOFF_SECONDS[failures] ?? LONGEST_BACKOFF_SECONDS;
}

/** Down for an hour or so: it is tried when its retry comes, and is sent then what there is; a distribution passes it by. */
export function isLongDown({ failures = 0, retryAt = 0 }: Subscription, now: number): boolean {
  return failures >= BACKOFF_SECONDS.length - 1 && retryAt > now;
}
