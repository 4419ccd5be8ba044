import type { Config } from '../config.ts';
import { type Clock, type Ids, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { type Pseudonyms, RETRY_AFTER_SECONDS, strangersKey, type Throttle } from '../shared/throttle.ts';
import { parseRequest } from './parse-request.ts';
import type { VerificationStore } from './websub-store.ts';

export type HubServices = {
  config: Config;
  verifications: Pick<VerificationStore, 'put'>;
  throttle: Throttle;
  links: Pseudonyms;
  queue: Queue;
  clock: Clock;
  ids: Ids;
  log: Log;
};

/**
 * The most requests in an hour that one host is asked to confirm. A service that reads every feed of a newspaper makes
 * a few hundred requests every ten days. The limit protects a stranger's host to which somebody directs our requests.
 */
const REQUESTS_AN_HOUR = 300;

/**
 * The most requests in an hour for all hosts together, which is one a second. The limit per host is not enough, because
 * the owner of a domain with a wildcard has any number of names for one address. With this limit 800,000 subscribers
 * can renew leases of ten days.
 */
const REQUESTS_AN_HOUR_OF_ALL = 3600;

/** Stores a request. The callback is asked to confirm it afterwards, even if this process dies before that. */
export async function takeRequest(services: HubServices, form: URLSearchParams): Promise<Outcome<void>> {
  const { config, verifications, queue, clock, ids, log } = services;
  const input = parseRequest(config, form);
  if (!input.ok) return input;
  const now = clock();
  const tooMany = await overLimit(services, new URL(input.value.callback), now);
  if (tooMany) return refused({ kind: 'throttled', detail: tooMany, retryAfterSeconds: RETRY_AFTER_SECONDS });
  const id = `${isoTime(now)}#${ids()}`;
  await verifications.put({ id, ...input.value, attempts: 0 }, now);
  await handOver(queue, log, [{ kind: 'verify', id }]);
  return done(undefined);
}

/**
 * Returns a sentence about the limit that a request exceeds, or undefined if it exceeds none. A request above a limit is
 * not counted, and nothing is written for it.
 */
async function overLimit(
  { config, throttle, links }: HubServices,
  { hostname }: URL,
  now: number,
): Promise<string | undefined> {
  // An operator who allows private callbacks owns their hosts, so no stranger needs protection.
  if (config.allowPrivateCallbacks) return undefined;
  const ofAll = { key: 'websub', max: REQUESTS_AN_HOUR_OF_ALL };
  // The port is left out, because one server has sixty thousand ports, and each would have a limit of its own.
  const ofHost = { key: strangersKey(links, 'websub', hostname, now), max: REQUESTS_AN_HOUR };
  const reached = await throttle.count([ofHost, ofAll], now);
  if (!reached) return undefined;
  return reached === ofHost
    ? `${hostname} was asked to confirm ${REQUESTS_AN_HOUR} requests within an hour, and more are not allowed. Ask again later.`
    : `The hub has taken ${REQUESTS_AN_HOUR_OF_ALL} requests within an hour and takes no more. Ask again later.`;
}
