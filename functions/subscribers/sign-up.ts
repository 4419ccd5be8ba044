import * as z from 'zod';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { handOver, type Queue } from '../queue.ts';
import { done, type Fault, type Outcome, refused } from '../refusal.ts';
import { type Clock, type Ids, isoTime } from '../services.ts';
import type { Throttle } from '../throttle.ts';
import { addressHash, parseAddress } from './email-address.ts';
import type { ConsentEvent, SignUp, Subscriber } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

/** Double opt-in: a request, a mail to the address, and a button there. Only then is anybody a subscriber. */

export type SubscriberServices = {
  config: Config;
  subscribers: SubscriberStore;
  throttle: Throttle;
  queue: Queue;
  clock: Clock;
  ids: Ids;
  log: Log;
};

/** Confirmations that one address may be sent an hour: enough for a lost mail, too few to annoy somebody with. */
const MAILS_AN_HOUR = 3;
/** Of several at once each round lets one through. */
const ATTEMPTS = 25;

export type SignUpInput = { email: string; language: string; editions: string[]; topics: string[] };

/** Input of a form or of JSON, checked against what the publication offers, or every fault in it. */
export function parseSignUp(config: Config, input: unknown): Outcome<SignUpInput> {
  const { languages, editions, sections } = config.publication;
  const oneOf = (values: string[]) =>
    z.enum(values as [string, ...string[]], { error: `must be one of ${values.join(', ')}` });
  const list = (values: string[]) => z.array(oneOf(values), { error: 'must be a list' });
  const schema = z.object({
    email: z
      .string({ error: 'must be a mail address, such as ana@paper.example' })
      .transform((typed, context) => {
        const address = parseAddress(typed);
        if (address) return address;
        context.addIssue({ code: 'custom', message: 'must be a mail address, such as ana@paper.example' });
        return z.NEVER;
      }),
    language: oneOf(languages).default(languages[0] ?? 'en'),
    editions: list(editions.map(({ id }) => id)).min(1, {
      error: `must name at least one of ${editions.map(({ id }) => id).join(', ')}`,
    }),
    topics: list(sections.map(({ slug }) => slug)).default([]),
  });
  const result = schema.safeParse(input ?? {});
  if (result.success) {
    const { email, language, editions: wanted, topics } = result.data;
    return done({ email, language, editions: [...new Set(wanted)], topics: [...new Set(topics)].sort() });
  }
  const faults: Fault[] = result.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    detail: message,
  }));
  return refused({ kind: 'invalid', faults });
}

/** Stores the request, whose confirmation is mailed. Says nothing of whether the address is known. */
export async function signUp(
  { subscribers, throttle, queue, clock, ids, log }: SubscriberServices,
  input: SignUpInput,
): Promise<void> {
  const now = clock();
  const hash = addressHash(input.email);
  if (!(await throttle.underLimit(`confirm#${hash}`, MAILS_AN_HOUR, now))) {
    log.info('a sign-up was not mailed: its address has had enough confirmations this hour', {
      address: hash.slice(0, 12),
    });
    return;
  }
  const outboxId = await subscribers.putSignUp({ id: ids(), ...input, requestedAt: isoTime(now) });
  await handOver(queue, log, [{ kind: 'letter', outboxId }]);
}

/** The button was pressed: the reader is subscribed. Pressed again, nothing happens. Undefined: the request has run out. */
export async function confirm(
  { subscribers, clock, ids }: SubscriberServices,
  signUpId: string,
): Promise<Subscriber | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const request = await subscribers.signUp(signUpId, clock());
    if (!request) return undefined;
    if (request.subscriberId) return subscribers.get(request.subscriberId);
    const id = await subscribers.idByAddress(addressHash(request.email));
    const previous = id ? await subscribers.get(id) : undefined;
    const next = confirmed(previous, request, previous?.id ?? ids(), isoTime(clock()));
    const event: ConsentEvent = { at: next.updatedAt, what: 'confirmed', editions: next.editions };
    if (await subscribers.write(previous, next, event, request)) return next;
  }
  throw new Error(`sign-up ${signUpId} could not be confirmed: its subscriber kept changing`);
}

function confirmed(previous: Subscriber | undefined, request: SignUp, id: string, at: string): Subscriber {
  return {
    ...previous,
    id,
    version: (previous?.version ?? 0) + 1,
    email: previous?.email ?? request.email,
    language: request.language,
    editions: [...new Set([...(previous?.editions ?? []), ...request.editions])],
    topics: request.topics,
    confirmedAt: previous?.confirmedAt ?? at,
    updatedAt: at,
    consent: { at, source: 'sign-up' },
  };
}

/** What a reader changes on the preferences page. */
export type Preferences = Pick<Subscriber, 'language' | 'editions' | 'topics'>;

/** Undefined where there is no such subscriber. */
export async function changeSubscriber(
  { subscribers, clock }: Pick<SubscriberServices, 'subscribers' | 'clock'>,
  id: string,
  decide: (subscriber: Subscriber) => Preferences,
  how: Pick<ConsentEvent, 'what' | 'detail'> = { what: 'preferences' },
): Promise<Subscriber | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const previous = await subscribers.get(id);
    if (!previous) return undefined;
    const { language, editions, topics } = decide(previous);
    if (
      JSON.stringify([language, editions, topics]) ===
      JSON.stringify([previous.language, previous.editions, previous.topics])
    )
      return previous;
    const next = {
      ...previous,
      language,
      editions,
      topics,
      version: previous.version + 1,
      updatedAt: isoTime(clock()),
    };
    if (await subscribers.write(previous, next, { ...how, at: next.updatedAt, editions })) return next;
  }
  throw new Error(`subscriber ${id} could not be changed: it kept changing`);
}

/** Leaves one edition, or all. Again: nothing happens. */
export function unsubscribe(
  services: Pick<SubscriberServices, 'subscribers' | 'clock'>,
  id: string,
  edition: string | 'all',
): Promise<Subscriber | undefined> {
  const without = ({ editions }: Subscriber) =>
    edition === 'all' ? [] : editions.filter((each) => each !== edition);
  return changeSubscriber(services, id, (subscriber) => ({ ...subscriber, editions: without(subscriber) }), {
    what: 'left',
    detail: edition,
  });
}
