import { createHmac } from 'node:crypto';
import type { Log } from '../log.ts';
import type { Queue } from '../queue.ts';
import { handOver } from '../queue.ts';
import { type CallbackAnswer, type Callbacks, hostOf, isSuccess } from './callbacks.ts';
import type { Content } from './content.ts';
import type { Subscription } from './subscription.ts';

/** Deliveries that one process has under way. A callback is given some seconds, so a hundred that hang cost half a minute. */
export const AT_ONCE = 64;

/** Well below what a function may run. What is left then goes on with the next message. */
export const WORK_SECONDS = 40;

/** A host that was silent so often in a row is not waited for again in this piece of work: its other callbacks come later. */
const SILENT_TIMES = 3;

/** What a delivery comes to. Section 7: 2xx is success and 410 the subscription's end; all else may pass. */
export type Delivery = 'delivered' | 'gone' | 'failed';

/** Delivers to one subscriber after the other, and remembers which hosts are silent. */
export function courier(callbacks: Callbacks): (to: Subscription, content: Content) => Promise<Delivery> {
  const silent = new Map<string, number>();
  return async (subscription, content) => {
    const host = hostOf(subscription.callback);
    const times = silent.get(host) ?? 0;
    if (times >= SILENT_TIMES) return 'failed';
    const answer = await post(callbacks, subscription, content);
    if (answer.kind === 'silent') silent.set(host, times + 1);
    else silent.delete(host);
    if (isSuccess(answer)) return 'delivered';
    return answer.kind === 'answered' && answer.status === 410 ? 'gone' : 'failed';
  };
}

/**
 * W3C WebSub, section 7: the whole document with its own type and links, signed (section 7.1) exactly where the
 * subscriber gave a secret.
 */
function post(
  callbacks: Callbacks,
  { callback, secret }: Subscription,
  { body, headers }: Content,
): Promise<CallbackAnswer> {
  if (!secret) return callbacks.post(callback, headers, body);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return callbacks.post(callback, { ...headers, 'x-hub-signature': `sha256=${signature}` }, body);
}

/** Seconds until the next attempt, by how many have failed; then four a day until the lease ends. */
const BACKOFF_SECONDS = [10, 30, 90, 270, 810, 2430, 7290];
const LONGEST_BACKOFF_SECONDS = 21_600;

/** Seconds. */
export function backoff({ failures = 0 }: Subscription): number {
  return BACKOFF_SECONDS[failures] ?? LONGEST_BACKOFF_SECONDS;
}

/** Down for an hour or so: it is tried when its retry comes, and is sent then what there is; a distribution passes it by. */
export function isLongDown({ failures = 0, retryAt = 0 }: Subscription, now: number): boolean {
  return failures >= BACKOFF_SECONDS.length - 1 && retryAt > now;
}

/** The longest that SQS holds a message back. A later retry is found by the sweep. */
const LONGEST_DELAY_SECONDS = 900;

/** A reminder of the first retry that was booked. Lost, the sweep finds all of them. */
export async function remind({ queue, log }: { queue: Queue; log: Log }, waits: number[]): Promise<void> {
  const first = Math.min(...waits);
  if (first <= LONGEST_DELAY_SECONDS) await handOver(queue, log, [{ kind: 'redeliver' }], first);
}
