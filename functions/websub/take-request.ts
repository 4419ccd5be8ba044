import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { handOver, type Queue } from '../queue.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { type Clock, type Ids, isoTime } from '../services.ts';
import { RETRY_AFTER_SECONDS, type Throttle } from '../throttle.ts';
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

/** Accepted means stored: the callback is asked afterwards, however often the process dies in between. */
export async function takeRequest(services: HubServices, form: URLSearchParams): Promise<Outcome<void>> {
  const { config, verifications, throttle, queue, clock, ids, log } = services;
  const input = parseRequest(config, form);
  if (!input.ok) return input;
  const now = clock();
  // Without its port: one server has sixty thousand.
  const { hostname } = new URL(input.value.callback);
  // Where private callbacks are allowed they are one's own.
  if (
    !config.allowPrivateCallbacks &&
    !(await throttle.underLimit(`websub#${hostname}`, REQUESTS_AN_HOUR, now))
  )
    return refused({
      kind: 'throttled',
      detail: `${hostname} was asked to confirm ${REQUESTS_AN_HOUR} requests within an hour, which is the most. Ask again later.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  const id = `${isoTime(now)}#${ids()}`;
  await verifications.put({ id, ...input.value, attempts: 0 }, now);
  await handOver(queue, log, [{ kind: 'verify', id }]);
  return done(undefined);
}
