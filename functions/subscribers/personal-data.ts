import { isoTime } from '../shared/clock.ts';
import { fittingPage, type ListPage } from '../shared/list-page.ts';
import { addressHash } from './email-address.ts';
import { ATTEMPTS, type SubscriberServices } from './sign-up.ts';
import type { AddressChange, ConsentEvent, SignUp, Subscriber, Suppression } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';
import { suppressionOf } from './suppression.ts';

/** What the mail provider has reported about a reader's mails. */
export type MailReports = {
  /** Returns what the provider reported about the mails of issues that these subscribers got. */
  reactionsOf(subscriberIds: string[], now: number): Promise<MailReport[]>;
  /** Returns the soft bounces of the address with this hash since a mail to it was last delivered. */
  bounces(addressHash: string, now: number): Promise<StoredBounces | undefined>;
};
/** `told` lists what the provider reported, such as `delivered` and `opened`, each once. The times are not stored. */
export type MailReport = { edition: string; slot: string; told: string[] };
/** `bounces` has the time (ISO 8601) of each bounce under the provider's id of the mail. */
export type StoredBounces = { bounces: Record<string, string>; deliveredAt?: string };

/** The mails that Broadsheet keeps itself if no mail provider is set. */
export type KeptMails = {
  /** Deletes the mails to the addresses with these hashes. */
  forget(addressHashes: string[]): Promise<void>;
};

type Services = Pick<SubscriberServices, 'subscribers' | 'clock'>;

/**
 * What is stored about a reader, as the reader can download it (GDPR, articles 15 and 20). Two things are left out: the
 * lists of subscriber ids that each issue keeps, because they cannot be searched by reader, and the counts of the
 * throttles.
 */
export type StoredData = {
  subscriber: Subscriber;
  /** The events of this subscriber and of those that were merged into it, oldest first. */
  consentLog: ConsentEvent[];
  /** Why the address is not mailed, or `null` if it is mailed. */
  suppression: Suppression | null;
  /** The sign-ups of the last three days. Changes of address are kept for three days too. */
  signUps: SignUp[];
  addressChanges: AddressChange[];
  /** The issues about whose mail the provider reported something within 90 days. */
  mails: MailReport[];
  /** `null` if no mail bounced recently. */
  bounces: StoredBounces | null;
};

/** Collects what is stored about a reader. */
export async function storedData(
  services: Services & { mailEvents: MailReports },
  subscriber: Subscriber,
): Promise<StoredData> {
  const { subscribers, mailEvents, clock } = services;
  const hash = addressHash(subscriber.email);
  const ids = idsOf(subscriber);
  return {
    subscriber,
    consentLog: await subscribers.consentLog(subscriber),
    suppression: (await suppressionOf(subscribers, hash)) ?? null,
    signUps: [
      ...(await subscribers.signUpsOf(hash, clock())),
      ...(await earlierSignUps(subscribers, subscriber, clock())).filter(isBy(subscriber)),
    ],
    addressChanges: await addressChanges(subscribers, subscriber, clock()),
    mails: await mailEvents.reactionsOf(ids, clock()),
    bounces: (await mailEvents.bounces(hash, clock())) ?? null,
  };
}

/** The most bytes of a part of a consent log, without the spaces that make it readable. They can make it three times as long. */
const MOST_LOG_BYTES = 1_000_000;

/** Returns as many events of a consent log as fit into an answer. `next` is the index of the first event after them. */
export function consentPart(log: ConsentEvent[], from: number): ListPage<ConsentEvent> {
  return fittingPage(
    { members: log.slice(from), next: undefined },
    (_, index) => String(from + index + 1),
    MOST_LOG_BYTES,
  );
}

/**
 * What has run out may still be stored, because DynamoDB deletes it some time later. At this moment, the beginning of
 * 1970, nothing of it had run out, so a search as of this moment finds that too.
 */
const BEFORE_ALL = 0;

/**
 * Forgets a reader who asked for it. Only the hash of the address stays, so that no import brings the address back. The
 * order of the steps matters. As soon as the hash is suppressed, no batch is frozen with the reader. A batch that was
 * frozen before may still mail the reader. As long as the subscriber exists, all links of the reader still open, also
 * those of subscribers who were merged into this one. So pressing the button again finishes an erasure that broke off
 * half way. Returns undefined if there is no such subscriber.
 */
export async function erase(
  { subscribers, clock, mailbox }: Services & { mailbox?: KeptMails },
  id: string,
): Promise<Pick<Subscriber, 'language'> | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const subscriber = await subscribers.get(id);
    if (!subscriber) return undefined;
    await subscribers.suppressErased(addressHash(subscriber.email), isoTime(clock()));
    const others = await otherAddresses(subscribers, subscriber);
    await mailbox?.forget([addressHash(subscriber.email), ...others]);
    const earlier = await earlierSignUps(subscribers, subscriber, BEFORE_ALL);
    // Nobody has confirmed the other sign-ups, so nothing says whose they are. They are erased too, unless somebody else
    // has the address by now.
    const own = earlier.filter((each) => isBy(subscriber)(each) || others.has(addressHash(each.email)));
    await subscribers.eraseTraces(subscriber, own);
    if (await subscribers.remove(subscriber)) return subscriber;
  }
  throw new Error(`subscriber ${id} could not be erased: the subscriber kept changing`);
}

/**
 * Returns the hashes of the addresses that the reader had before or wanted to have, without those that have another
 * reader now.
 */
async function otherAddresses(subscribers: SubscriberStore, subscriber: Subscriber): Promise<Set<string>> {
  const changes = await addressChanges(subscribers, subscriber, BEFORE_ALL);
  const hashes = changes.flatMap(({ email, replaced = email }) => [
    addressHash(email),
    addressHash(replaced),
  ]);
  const readers = await subscribers.idsByAddress(hashes);
  return new Set(hashes.filter((hash) => !readers.has(hash)));
}

/** Returns the sign-ups with addresses that the reader had before. Some may be by somebody else. */
async function earlierSignUps(
  subscribers: SubscriberStore,
  subscriber: Subscriber,
  now: number,
): Promise<SignUp[]> {
  const changes = await addressChanges(subscribers, subscriber, now);
  const hashes = new Set(changes.flatMap(({ replaced }) => (replaced ? [addressHash(replaced)] : [])));
  hashes.delete(addressHash(subscriber.email));
  return (await Promise.all([...hashes].map((hash) => subscribers.signUpsOf(hash, now)))).flat();
}

/** Returns the test whether a sign-up is by this subscriber. */
function isBy(subscriber: Subscriber): (signUp: SignUp) => boolean {
  const ids = idsOf(subscriber);
  return ({ subscriberId, knownAs }) => [subscriberId, knownAs].some((id) => id && ids.includes(id));
}

async function addressChanges(
  subscribers: SubscriberStore,
  subscriber: Subscriber,
  now: number,
): Promise<AddressChange[]> {
  const all = idsOf(subscriber).map((id) => subscribers.addressChangesOf(id, now));
  return (await Promise.all(all)).flat();
}

function idsOf({ id, formerIds = [] }: Subscriber): string[] {
  return [id, ...formerIds];
}
