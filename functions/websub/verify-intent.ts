import type { Config } from '../config.ts';
import type { FeedServices } from '../feeds/feed-services.ts';
import { serveFeed } from '../feeds/serve-feed.ts';
import type { Log } from '../log.ts';
import { handOver, type Queue } from '../queue.ts';
import type { Clock, Ids } from '../services.ts';
import { type CallbackAnswer, type Callbacks, hostOf, inWords, isSuccess } from './callbacks.ts';
import type { SubscriptionRequest } from './subscription.ts';
import { topicAddress } from './topic.ts';
import type { VerificationStore, WebSubStore } from './websub-store.ts';

export type VerifyServices = FeedServices & {
  config: Config;
  verifications: VerificationStore;
  websub: WebSubStore;
  callbacks: Callbacks;
  queue: Queue;
  clock: Clock;
  ids: Ids;
  log: Log;
};

/** Longer than a callback may take: who is at it is not overtaken, who died is soon replaced. */
const LEASE_SECONDS = 60;
/** After each attempt on a callback that did not answer, or answered 429 or 5xx. With none left it is given up. */
const WAITS_SECONDS = [30, 120, 600];

/**
 * Asks the callback whether it wants what was requested in its name (W3C WebSub, section 5.3). Its yes changes the
 * subscription; whatever else it says, the old state stays. Done twice, it does no harm.
 */
export async function verifyIntent(services: VerifyServices, id: string): Promise<void> {
  const { verifications, clock, queue, log } = services;
  const request = await verifications.claim(id, clock(), clock() + LEASE_SECONDS * 1000);
  if (!request) return;
  const isDenied = request.mode === 'subscribe' && !(await exists(services, request));
  const { answer, confirmed } = isDenied ? await deny(services, request) : await challenge(services, request);
  if (confirmed) await apply(services, request);
  const wait = confirmed || !mayPass(answer) ? undefined : WAITS_SECONDS[request.attempts - 1];
  if (wait === undefined) {
    await verifications.remove(id);
    const what = isDenied
      ? 'was denied: there is no such feed'
      : confirmed
        ? 'was confirmed'
        : 'was not confirmed';
    return log.info(`a WebSub request ${what}`, aboutOf(request, answer));
  }
  await verifications.postpone(id, clock() + wait * 1000);
  await handOver(queue, log, [{ kind: 'verify', id }], wait);
}

type Asked = { answer: CallbackAnswer; confirmed: boolean };

async function exists(services: VerifyServices, { topic }: SubscriptionRequest): Promise<boolean> {
  // The address of the site may have changed since the request was taken.
  const address = topicAddress(services.config.baseUrl, topic);
  return address !== undefined && (await serveFeed(services, address, {})).ok;
}

/** Section 5.3: confirmed by a success code and a body that is the challenge. */
async function challenge({ callbacks, ids }: VerifyServices, request: SubscriptionRequest): Promise<Asked> {
  const { mode, topic, leaseSeconds } = request;
  const question = ids();
  const answer = await callbacks.get(
    withQuery(request.callback, {
      'hub.mode': mode,
      'hub.topic': topic,
      'hub.challenge': question,
      ...(mode === 'subscribe' && { 'hub.lease_seconds': String(leaseSeconds) }),
    }),
  );
  return {
    answer,
    confirmed: isSuccess(answer) && answer.kind === 'answered' && answer.body === question,
  };
}

/** Section 5.2. What is answered to it has no meaning. */
async function deny({ callbacks }: VerifyServices, { callback, topic }: SubscriptionRequest): Promise<Asked> {
  const reason = 'there is no such feed: no article has been in it';
  const answer = await callbacks.get(
    withQuery(callback, { 'hub.mode': 'denied', 'hub.topic': topic, 'hub.reason': reason }),
  );
  return { answer, confirmed: false };
}

async function apply({ websub, clock }: VerifyServices, request: SubscriptionRequest): Promise<void> {
  const now = clock();
  if (request.mode === 'unsubscribe') await websub.unsubscribe(request, now);
  else await websub.subscribe(request, now + request.leaseSeconds * 1000);
}

/** Section 5.3: "the hub MUST preserve the query string during verification by appending". */
function withQuery(callback: string, fields: Record<string, string>): string {
  const joint = !callback.includes('?') ? '?' : /[?&]$/.test(callback) ? '' : '&';
  return `${callback}${joint}${new URLSearchParams(fields)}`;
}

function mayPass(answer: CallbackAnswer): boolean {
  return (
    answer.kind === 'silent' ||
    (answer.kind === 'answered' && (answer.status === 429 || answer.status >= 500))
  );
}

function aboutOf({ mode, topic, callback, attempts }: SubscriptionRequest, answer: CallbackAnswer) {
  return { mode, topic, host: hostOf(callback), attempts, answer: inWords(answer) };
}
