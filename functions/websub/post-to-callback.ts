import { createHmac } from 'node:crypto';
import { type CallbackAnswer, type Callbacks, hostOf, isSuccess } from './callbacks.ts';
import type { Subscription } from './subscription.ts';
import type { Content } from './topic-content.ts';

/**
 * The result of a delivery (W3C WebSub, section 7). 2xx means that the content was delivered, and 410 ends the
 * subscription. After any other answer the delivery is tried again later.
 */
export type Delivery = 'delivered' | 'gone' | 'failed';

/**
 * After a host was silent this often in a row, this piece of work sends nothing more to it. The deliveries to other
 * callbacks at this host fail at once and are retried later.
 */
const SILENT_TIMES = 3;

/** What one piece of work knows about a host. */
type Host = {
  /** True if the last answer from the host came in time. */
  answers: boolean;
  /** How often in a row the host was silent. */
  silences: number;
  underWay: Set<Promise<CallbackAnswer>>;
};

/** Returns a function that delivers content to a subscriber. It remembers which hosts are silent. */
export function courier(callbacks: Callbacks): (to: Subscription, content: Content) => Promise<Delivery> {
  const hosts = new Map<string, Host>();
  return async (subscription, content) => {
    const name = hostOf(subscription.callback);
    const host = hosts.get(name) ?? { answers: false, silences: 0, underWay: new Set() };
    hosts.set(name, host);
    while (isInDoubt(host)) await Promise.race(host.underWay);
    if (host.silences >= SILENT_TIMES) return 'failed';
    // Nothing is awaited between `isInDoubt` and this line, nor between an answer and its count. So the counts are
    // right although many deliveries run at a time.
    const posted = post(callbacks, subscription, content).then((answer) => {
      host.underWay.delete(posted);
      host.answers = answer.kind !== 'silent';
      host.silences = host.answers ? 0 : host.silences + 1;
      return answer;
    });
    host.underWay.add(posted);
    const answer = await posted;
    if (isSuccess(answer)) return 'delivered';
    return answer.kind === 'answered' && answer.status === 410 ? 'gone' : 'failed';
  };
}

/**
 * Checks whether a delivery to a host has to wait for the deliveries that are under way. A host that has not answered
 * yet gets only as many deliveries at a time as it may be silent. Otherwise all deliveries of this piece of work could
 * wait for one silent host before anybody knows that it is silent.
 */
function isInDoubt({ answers, silences, underWay }: Host): boolean {
  return !answers && silences < SILENT_TIMES && silences + underWay.size >= SILENT_TIMES;
}

/**
 * Posts the whole document with its own type and links (W3C WebSub, section 7). The request is signed if the subscriber
 * gave a secret, and only then (section 7.1).
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
