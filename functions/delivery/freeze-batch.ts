import type { Clock } from '../shared/clock.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import { isPaused } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { ClaimedBatch, Recipient } from './batch.ts';
import { addressed, type BatchParts, payloadHash } from './batch-mails.ts';
import type { DeliveryStore } from './delivery-store.ts';

export type FreezeServices = {
  subscribers: SubscriberStore;
  delivery: DeliveryStore;
  links: Links;
  clock: Clock;
};

export type FrozenBatch = ClaimedBatch & {
  recipients: Recipient[];
  frozenAt: number;
  /** Another holder froze it, and had no answer or died over it. */
  mayBeTaken: boolean;
};

/** Where it is not frozen: who is still subscribed and not suppressed, frozen before anything is sent. */
export async function withRecipients(
  { subscribers, delivery, links, clock }: FreezeServices,
  batch: ClaimedBatch,
  parts: BatchParts,
): Promise<FrozenBatch | undefined> {
  const { recipients: earlier, frozenAt } = batch;
  if (earlier && frozenAt !== undefined) return { ...batch, recipients: earlier, frozenAt, mayBeTaken: true };
  const present = (await subscribers.getMany(batch.subscriberIds))
    .filter((reader) => reader.editions.includes(parts.ref.edition) && !isPaused(reader, clock()))
    .filter(({ mergedAt = '' }) => mergedAt === '' || mergedAt < (parts.startedAt ?? ''))
    .map(({ id, email }) => ({ subscriberId: id, email, hash: addressHash(email) }));
  const suppressed = await subscribers.suppressions(present.map(({ hash }) => hash));
  const recipients = present
    .filter(({ hash }) => !suppressed.has(hash))
    .map(({ subscriberId, email }): Recipient => ({ subscriberId, email }));
  const hash = payloadHash(parts, addressed(links, parts, recipients));
  const frozen = { recipients, payloadHash: hash, frozenAt: clock() };
  // False: our lease had run out, and another holder froze first. It goes on with what it froze.
  if (!(await delivery.freeze(parts.ref, batch, frozen))) return undefined;
  return { ...batch, ...frozen, mayBeTaken: false };
}
