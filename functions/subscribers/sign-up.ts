import { type Clock, type Ids, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import type { Throttle } from '../shared/throttle.ts';
import { addressHash } from './email-address.ts';
import { countConfirmation, countMail } from './mail-limits.ts';
import type { SignUpInput } from './reader-input.ts';
import { type ConsentEvent, endsWithConsent, type SignUp, type Subscriber } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';
import { suppressionOf } from './suppression.ts';
import { editionsNeverHad, type Welcome } from './welcome.ts';

/**
 * Double opt-in: somebody asks to subscribe an address, the address gets a mail, and the link in the mail leads to a
 * button. Only when that button is pressed does the address become a subscriber.
 */

export type SubscriberServices = {
  subscribers: SubscriberStore;
  throttle: Throttle;
  queue: Queue;
  clock: Clock;
  ids: Ids;
  log: Log;
};

/**
 * How often a write of a subscriber is tried while other requests write the same one. In each round one of these writes
 * succeeds.
 */
export const ATTEMPTS = 25;

/**
 * Stores a request to subscribe, and starts the mail that asks to confirm it. The function returns nothing and takes the
 * same steps for every address, so that neither the page nor its time can reveal whether the address is known.
 */
export async function signUp(services: SubscriberServices, input: SignUpInput): Promise<void> {
  const { subscribers, queue, clock, ids, log } = services;
  const asked = await countConfirmation(services, input.email, 'a sign-up');
  if (!asked) return;
  const knownAs = await subscribers.idByAddress(addressHash(input.email));
  const requestedAt = isoTime(clock());
  const outboxId = await subscribers.putSignUp({ id: ids(), ...input, ...asked, knownAs, requestedAt });
  await handOver(queue, log, [{ kind: 'letter', outboxId }]);
}

/**
 * Mails the link to their preferences to a reader who lost it. Whether the address has a reader is only looked up when
 * the letter is made, so the request is the same for every address. An address without a reader gets no mail.
 */
export async function sendLink(services: SubscriberServices, email: string): Promise<void> {
  const { subscribers, queue, clock, ids, log } = services;
  if (!(await countMail(services, email, 'a link to preferences'))) return;
  const request = { id: ids(), addressHash: addressHash(email), at: isoTime(clock()) };
  await handOver(queue, log, [{ kind: 'letter', outboxId: await subscribers.putLinkRequest(request) }]);
}

export type Confirmation =
  | { kind: 'confirmed'; subscriber: Subscriber }
  /** The request has run out, or its subscriber does not exist any more. */
  | { kind: 'expired' }
  /** The address is suppressed for a reason that only an editor can lift, such as a complaint about spam. */
  | { kind: 'not-mailable'; language: string };

/** Subscribes the reader after the button was pressed. If the button is pressed again, nothing more happens. */
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
    const suppression = await suppressionOf(subscribers, hash);
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

/** Returns the subscriber that a confirmed request makes. A pause ends, because the reader wants newsletters now. */
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
