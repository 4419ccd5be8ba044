import { type Clock, type Ids, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import type { Throttle } from '../shared/throttle.ts';
import { addressHash } from './email-address.ts';
import { mayConfirm, mayTell } from './mail-limits.ts';
import type { SignUpInput } from './reader-input.ts';
import { type ConsentEvent, endsWithConsent, type SignUp, type Subscriber } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';
import { editionsNeverHad, type Welcome } from './welcome.ts';

/** Double opt-in: a request, a mail to the address, and a button there. Only then is anybody a subscriber. */

export type SubscriberServices = {
  subscribers: SubscriberStore;
  throttle: Throttle;
  queue: Queue;
  clock: Clock;
  ids: Ids;
  log: Log;
};

/** No subscriber's id: those are longer. */
const NOBODY = 'nobody';
/** Of several at once each round lets one through. */
export const ATTEMPTS = 25;

/** Stores the request, whose confirmation is mailed. Says nothing of whether the address is known. */
export async function signUp(services: SubscriberServices, input: SignUpInput): Promise<void> {
  const { subscribers, queue, clock, ids, log } = services;
  if (!(await mayConfirm(services, input.email, 'a sign-up'))) return;
  const knownAs = await subscribers.idByAddress(addressHash(input.email));
  const requestedAt = isoTime(clock());
  const outboxId = await subscribers.putSignUp({ id: ids(), ...input, knownAs, requestedAt });
  await handOver(queue, log, [{ kind: 'letter', outboxId }]);
}

/** Mails the link to their preferences to a reader who has lost it. Nobody else is mailed, and nobody told. */
export async function sendLink(services: SubscriberServices, email: string): Promise<void> {
  const { subscribers, queue, clock, ids, log } = services;
  if (!(await mayTell(services, email, 'a link'))) return;
  // Also for an address that nobody has: the answer is to take as long. The letter then finds no reader.
  const subscriberId = (await subscribers.idByAddress(addressHash(email))) ?? NOBODY;
  const language = (await subscribers.get(subscriberId))?.language ?? '';
  const request = { id: ids(), subscriberId, language, at: isoTime(clock()) };
  await handOver(queue, log, [{ kind: 'letter', outboxId: await subscribers.putLinkRequest(request) }]);
}

export type Confirmation =
  | { kind: 'confirmed'; subscriber: Subscriber }
  /** The request has run out, or its reader is not there any more. */
  | { kind: 'expired' }
  /** Since it was asked for, somebody at the address has complained. */
  | { kind: 'not-mailable'; language: string };

/** The button was pressed: the reader is subscribed. Pressed again, nothing happens. */
export async function confirm(
  { subscribers, queue, clock, ids, log }: SubscriberServices,
  signUpId: string,
  welcome: Welcome = async () => [],
): Promise<Confirmation> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const request = await subscribers.signUp(signUpId, clock());
    if (!request) return { kind: 'expired' };
    if (request.subscriberId) {
      const subscriber = await subscribers.get(request.subscriberId);
      return subscriber ? { kind: 'confirmed', subscriber } : { kind: 'expired' };
    }
    const hash = addressHash(request.email);
    const suppression = (await subscribers.suppressions([hash])).get(hash);
    if (suppression && !endsWithConsent(suppression))
      return { kind: 'not-mailable', language: request.language };
    const id = await subscribers.idByAddress(hash);
    const previous = id ? await subscribers.get(id) : undefined;
    const next = confirmed(previous, request, previous?.id ?? ids(), isoTime(clock()));
    const event: ConsentEvent = { at: next.updatedAt, what: 'confirmed', editions: next.editions };
    const events = await welcome(next, await editionsNeverHad(subscribers, previous, next.editions));
    const along = { signUp: request, lift: suppression !== undefined, events };
    if (await subscribers.write(previous, next, event, along)) {
      await handOver(
        queue,
        log,
        events.map(({ id }) => ({ kind: 'letter', outboxId: id })),
      );
      return { kind: 'confirmed', subscriber: next };
    }
  }
  throw new Error(`sign-up ${signUpId} could not be confirmed: its subscriber kept changing`);
}

/** Who asks for newsletters again wants them now: a pause ends. */
function confirmed(previous: Subscriber | undefined, request: SignUp, id: string, at: string): Subscriber {
  return {
    ...previous,
    id,
    version: (previous?.version ?? 0) + 1,
    email: previous?.email ?? request.email,
    language: request.language,
    editions: [...new Set([...(previous?.editions ?? []), ...request.editions])],
    topics: request.topics,
    timeZone: request.timeZone ?? previous?.timeZone,
    pausedUntil: undefined,
    confirmedAt: previous?.confirmedAt ?? at,
    updatedAt: at,
    consent: { at, source: 'sign-up' },
  };
}
