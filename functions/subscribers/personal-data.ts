import { isoTime } from '../shared/clock.ts';
import { addressHash } from './email-address.ts';
import { ATTEMPTS, type SubscriberServices } from './sign-up.ts';
import type { AddressChange, ConsentEvent, SignUp, Subscriber, Suppression } from './subscriber.ts';

/** What the mail provider has told of a reader's mails. */
export type ToldOfMails = {
  /** Of the mails of these subscribers' issues. */
  reactionsOf(subscriberIds: string[], now: number): Promise<ToldOfMail[]>;
  /** Of mails to the address with this hash that bounced for now, since one was delivered. */
  bounces(addressHash: string, now: number): Promise<StoredBounces | undefined>;
};
/** `told`: `delivered`, `opened` and so on, each once; when is not kept. */
export type ToldOfMail = { edition: string; slot: string; told: string[] };
/** `bounces`: the provider's id of each mail → when, in ISO 8601. */
export type StoredBounces = { bounces: Record<string, string>; deliveredAt?: string };

type Services = Pick<SubscriberServices, 'subscribers' | 'clock'>;

/**
 * What is stored about a reader, as they get it (GDPR, articles 15 and 20). Not in it: the lists of ids to whom an issue
 * went, which can be found by issue and not by reader, and the counts of the throttles.
 */
export type StoredData = {
  subscriber: Subscriber;
  /** Of this subscriber and those that were merged with it; oldest first. */
  consentLog: ConsentEvent[];
  /** Why the address is not mailed; `null` where it is. */
  suppression: Suppression | null;
  /** Of the last three days, as are the changes. */
  signUps: SignUp[];
  addressChanges: AddressChange[];
  /** The issues of whose mail the provider has told something within 90 days. */
  mails: ToldOfMail[];
  /** `null` where none bounced of late. */
  bounces: StoredBounces | null;
};

export async function storedData(
  services: Services & { mailEvents: ToldOfMails },
  subscriber: Subscriber,
): Promise<StoredData> {
  const { subscribers, mailEvents, clock } = services;
  const hash = addressHash(subscriber.email);
  const ids = idsOf(subscriber);
  return {
    subscriber,
    consentLog: await subscribers.consentLog(subscriber),
    suppression: (await subscribers.suppressions([hash])).get(hash) ?? null,
    signUps: [
      ...(await subscribers.signUpsOf(hash, clock())),
      ...(await earlierSignUps(services, subscriber)),
    ],
    addressChanges: await addressChanges(services, subscriber),
    mails: await mailEvents.reactionsOf(ids, clock()),
    bounces: (await mailEvents.bounces(hash, clock())) ?? null,
  };
}

const idsOf = ({ id, formerIds = [] }: Subscriber) => [id, ...formerIds];

async function addressChanges(
  { subscribers, clock }: Services,
  subscriber: Subscriber,
): Promise<AddressChange[]> {
  const all = idsOf(subscriber).map((id) => subscribers.addressChangesOf(id, clock()));
  return (await Promise.all(all)).flat();
}

/** Their own sign-ups of addresses that they had: somebody else may have signed up with one since. */
async function earlierSignUps(services: Services, subscriber: Subscriber): Promise<SignUp[]> {
  const { subscribers, clock } = services;
  const changes = await addressChanges(services, subscriber);
  const hashes = new Set(changes.flatMap(({ replaced }) => (replaced ? [addressHash(replaced)] : [])));
  hashes.delete(addressHash(subscriber.email));
  const signUps = await Promise.all([...hashes].map((hash) => subscribers.signUpsOf(hash, clock())));
  const ids = idsOf(subscriber);
  return signUps
    .flat()
    .filter(({ subscriberId, knownAs }) => [subscriberId, knownAs].some((id) => id && ids.includes(id)));
}

/**
 * Forgets a reader, at their own wish: what stays is the hash of the address, so that no import brings it back. In that
 * order: once the hash is there no batch mails them, and while the subscriber is there the link opens, so that what was
 * cut short half way is done again by the next press of the button. Undefined: there is no such subscriber.
 */
export async function erase(
  services: Services,
  id: string,
): Promise<Pick<Subscriber, 'language'> | undefined> {
  const { subscribers, clock } = services;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const subscriber = await subscribers.get(id);
    if (!subscriber) return undefined;
    await subscribers.suppressErased(addressHash(subscriber.email), isoTime(clock()));
    await subscribers.eraseTraces(subscriber, await earlierSignUps(services, subscriber));
    if (await subscribers.remove(subscriber)) return subscriber;
  }
  throw new Error(`subscriber ${id} could not be erased: it kept changing`);
}
