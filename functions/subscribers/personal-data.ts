import { isoTime } from '../services.ts';
import { addressHash } from './email-address.ts';
import { ATTEMPTS, type SubscriberServices } from './sign-up.ts';
import type { AddressChange, ConsentEvent, SignUp, Subscriber, Suppression } from './subscriber.ts';

type Services = Pick<SubscriberServices, 'subscribers' | 'clock'>;

/** Everything that is stored about a reader, as they get it (GDPR, articles 15 and 20). */
export type StoredData = {
  subscriber: Subscriber;
  /** Of this subscriber and those that were merged with it; oldest first. */
  consentLog: ConsentEvent[];
  /** Why the address is not mailed; `null` where it is. */
  suppression: Suppression | null;
  /** Of the last three days. */
  signUps: SignUp[];
  addressChanges: AddressChange[];
};

export async function storedData(
  { subscribers, clock }: Services,
  subscriber: Subscriber,
): Promise<StoredData> {
  const hash = addressHash(subscriber.email);
  return {
    subscriber,
    consentLog: await subscribers.consentLog(subscriber),
    suppression: (await subscribers.suppressions([hash])).get(hash) ?? null,
    signUps: await subscribers.signUpsOf(hash, clock()),
    addressChanges: await subscribers.addressChangesOf(subscriber.id, clock()),
  };
}

/**
 * Forgets a reader, at their own wish: what stays is the hash of the address, so that no import brings it back. In that
 * order: once the hash is there no batch mails them, and while the subscriber is there the link opens, so that what was
 * cut short half way is done again by the next press of the button. Undefined: there is no such subscriber.
 */
export async function erase(
  { subscribers, clock }: Services,
  id: string,
): Promise<Pick<Subscriber, 'language'> | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const subscriber = await subscribers.get(id);
    if (!subscriber) return undefined;
    await subscribers.suppressErased(addressHash(subscriber.email), isoTime(clock()));
    await subscribers.eraseTraces(subscriber);
    if (await subscribers.remove(subscriber)) return subscriber;
  }
  throw new Error(`subscriber ${id} could not be erased: it kept changing`);
}
