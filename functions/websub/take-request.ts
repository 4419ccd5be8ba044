import type { Config } from '../config.ts';
import { type Clock, type Ids, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { RETRY_AFTER_SECONDS, type Throttle } from '../shared/throttle.ts';
import { parseRequest } from './parse-request.ts';
import type { VerificationStore } from './websub-store.ts';

export type HubServices = {
  config: Config;
  verifications: Pick<VerificationStore, 'put'>;
  throttle: Throttle;
  queue: Queue;
  clock: Clock;
  ids: Ids;
  log: Log;
};

/**
 * Requests an hour that one host may be asked to confirm. A service that reads every feed of a newspaper asks for some
 * hundred, every ten days; whoever has us knock at somebody else's door gets no further.
 */
const REQUESTS_AN_HOUR = 300;

/**
 * The same of all hosts together, one a second: whoever owns a domain with a wildcard has as many names as they like for
 * one address. Ten-day leases of 800,000 subscribers are renewed within it.
 */
const REQUESTS_AN_HOUR_OF_ALL = 3600;

/** Accepted means stored: the callback is asked afterwards, also where the process dies in between. */
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

/** Says which limit it is; undefined: none. What a host has too many of does not count for the others. */
async function overLimit(
  { config, throttle }: HubServices,
  { hostname }: URL,
  now: number,
): Promise<string | undefined> {
  // Where private callbacks are allowed they are one's own.
  if (config.allowPrivateCallbacks) return undefined;
  // Without its port: one server has sixty thousand.
  if (!(await throttle.underLimit(`websub#${hostname}`, REQUESTS_AN_HOUR, now)))
    return `${hostname} was asked to confirm ${REQUESTS_AN_HOUR} requests within an hour, which is the most. Ask again later.`;
  if (!(await throttle.underLimit('websub', REQUESTS_AN_HOUR_OF_ALL, now)))
    return `the hub was sent ${REQUESTS_AN_HOUR_OF_ALL} requests within an hour, which is the most it takes. Ask again later.`;
  return undefined;
}
