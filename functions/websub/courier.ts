import { createHmac } from 'node:crypto';
import { type CallbackAnswer, type Callbacks, hostOf, isSuccess } from './callbacks.ts';
import type { Content } from './content.ts';
import type { Subscription } from './subscription.ts';

/** What a delivery comes to. Section 7: 2xx is success and 410 the subscription's end; all else may pass. */
export type Delivery = 'delivered' | 'gone' | 'failed';

/** A host that was silent so often in a row is not waited for again in this piece of work: its other callbacks come later. */
const SILENT_TIMES = 3;

/** What this piece of work knows of a host. */
type Host = {
  /** It has answered, and was not silent since. */
  answers: boolean;
  /** In a row. */
  silences: number;
  underWay: Set<Promise<CallbackAnswer>>;
};

/** Delivers to one subscriber after the other, and remembers which hosts are silent. */
export function courier(callbacks: Callbacks): (to: Subscription, content: Content) => Promise<Delivery> {
  const hosts = new Map<string, Host>();
  return async (subscription, content) => {
    const name = hostOf(subscription.callback);
    const host = hosts.get(name) ?? { answers: false, silences: 0, underWay: new Set() };
    hosts.set(name, host);
    while (isInDoubt(host)) await Promise.race(host.underWay);
    if (host.silences >= SILENT_TIMES) return 'failed';
    // From the look at those under way to this nothing is awaited, nor between an answer and its being counted.
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
 * Whether a host that has not answered has as many under way as it may be silent. One more would be one too many, if they
 * are: of those that may be under way at a time, all would be waiting for it when that is known.
 */
function isInDoubt({ answers, silences, underWay }: Host): boolean {
  return !answers && silences < SILENT_TIMES && silences + underWay.size >= SILENT_TIMES;
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
