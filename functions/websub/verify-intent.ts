import type { FeedServices } from '../feeds/feed-services.ts';
import type { Ids } from '../shared/clock.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { type CallbackAnswer, type Callbacks, describeAnswer, hostOf, isSuccess } from './callbacks.ts';
import { AT_ONCE } from './deliver.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import type { SubscriptionRequest } from './subscription.ts';
import { readContent } from './topic-content.ts';
import type { VerificationStore, WebSubStore } from './websub-store.ts';

export type VerifyServices = FeedServices & {
  verifications: VerificationStore;
  websub: WebSubStore;
  callbacks: Callbacks;
  queue: Queue;
  ids: Ids;
};

/**
 * How long a process has a request to itself. The time is longer than a callback may take, so that no other process
 * takes the request over while this one waits. If the process dies, another one soon takes over.
 */
const LEASE_SECONDS = 60;
/** How long to wait after each attempt that got no answer, 429 or 5xx. After the last wait the request is given up. */
const WAITS_SECONDS = [30, 120, 600];

/** The most other due requests that are verified together with the request of a message. */
const MOST_AT_ONCE = 200;

/**
 * Verifies the request of a message and up to 200 other requests that are due. So slow callbacks are waited for at the
 * same time, no matter how many messages there are.
 */
export async function verifyDue(services: VerifyServices, id: string): Promise<void> {
  await forEachConcurrently(dueWith(services, id), AT_ONCE, (each) => verifyIntent(services, each));
}

async function* dueWith({ verifications, clock }: VerifyServices, id: string): AsyncGenerator<string, void> {
  yield id;
  for (const other of await verifications.due(clock(), MOST_AT_ONCE, clock())) if (other !== id) yield other;
}

/**
 * Asks a callback whether it wants what was requested for it (W3C WebSub, section 5.3). If it confirms, the
 * subscription changes. After any other answer the old state stays. A second run does no harm.
 */
async function verifyIntent(services: VerifyServices, id: string): Promise<void> {
  const { verifications, clock, queue, log } = services;
  const askedAt = clock();
  const request = await verifications.claim(id, askedAt, askedAt + LEASE_SECONDS * 1000);
  if (!request) return;
  // Every attempt was begun and none was finished, because its process died or an error was thrown. So the request is
  // given up.
  if (request.attempts > WAITS_SECONDS.length + 1) {
    await verifications.remove(id);
    return log.warn(
      'a WebSub request was given up, because no attempt at it finished; the subscriber has to ask again',
      aboutOf(request),
    );
  }
  const { answer, outcome } = (await isRefused(services, request))
    ? await deny(services, request)
    : await challenge(services, request);
  if (outcome === 'confirmed') await apply(services, request, askedAt);
  const wait = WAITS_SECONDS[request.attempts - 1];
  if (outcome !== 'confirmed' && mayPass(answer) && wait !== undefined) {
    await verifications.postpone(id, clock() + wait * 1000);
    return handOver(queue, log, [{ kind: 'verify', id }], wait);
  }
  await verifications.remove(id);
  log.info(`a WebSub request was ${outcome}`, { ...aboutOf(request), answer: describeAnswer(answer) });
}

type Asked = { answer: CallbackAnswer; outcome: 'confirmed' | 'not confirmed' | 'denied' };

/**
 * Checks whether a request must be denied, because the feed does not exist. That can also be because the address of the
 * site has changed since the request was taken.
 */
async function isRefused(services: VerifyServices, { mode, topic }: SubscriptionRequest): Promise<boolean> {
  return mode === 'subscribe' && (await readContent(services, topic)) === undefined;
}

/** Asks a callback to confirm. It confirms with a success code and a body that equals the challenge (section 5.3.1). */
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
  const isEchoed = isSuccess(answer) && answer.kind === 'answered' && answer.body === question;
  return { answer, outcome: isEchoed ? 'confirmed' : 'not confirmed' };
}

/** Tells a callback that its request is denied (section 5.2). Its answer has no meaning. */
async function deny({ callbacks }: VerifyServices, { callback, topic }: SubscriptionRequest): Promise<Asked> {
  const reason = 'there is no such feed: no article has been in it';
  const answer = await callbacks.get(
    withQuery(callback, { 'hub.mode': 'denied', 'hub.topic': topic, 'hub.reason': reason }),
  );
  return { answer, outcome: 'denied' };
}

/** Changes the subscription. Its lease is "measured from the time the verification request was made" (section 5.3). */
async function apply(
  { websub }: VerifyServices,
  request: SubscriptionRequest,
  askedAt: number,
): Promise<void> {
  if (request.mode === 'unsubscribe') await websub.unsubscribe(request, askedAt);
  else await websub.subscribe(request, askedAt);
}

/**
 * Adds fields to the query of a callback. "Hubs MUST preserve the query string during subscription verification by
 * appending new parameters" (section 5.1.1).
 */
function withQuery(callback: string, fields: Record<string, string>): string {
  const joint = !callback.includes('?') ? '?' : /[?&]$/.test(callback) ? '' : '&';
  return `${callback}${joint}${new URLSearchParams(fields)}`;
}

/** Checks whether a callback that did not confirm may confirm later, so that it is asked again. */
function mayPass(answer: CallbackAnswer): boolean {
  return (
    answer.kind === 'silent' ||
    (answer.kind === 'answered' && (answer.status === 429 || answer.status >= 500))
  );
}

function aboutOf({ mode, topic, callback, attempts }: SubscriptionRequest) {
  return { mode, topic, host: hostOf(callback), attempts };
}
