import { createHash } from 'node:crypto';
import type { PersonalLinks } from '../mails/placeholders.ts';
import { type FrozenIssue, issueId } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import { isPaused } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { ClaimedBatch, Recipient } from './batch.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { ReadyVariant } from './frozen-issues.ts';
import type { Mail } from './mailer.ts';

/** The mails of a batch: who gets them, what is in them, and the key and the hash of their request. */

/**
 * What the mails of a batch are made of. Everything in it is frozen, which means that it is stored and not changed any
 * more.
 */
export type BatchParts = {
  ref: IssueRef;
  frozen: FrozenIssue;
  variant: ReadyVariant;
  batch: string;
  /**
   * When the first readers of the issue were put in batches. A reader who was merged with another one after that time
   * may already have got the issue at the same address, and is left out. The mails do not contain this time.
   */
  startedAt: string | undefined;
};

export type Addressed = Recipient & { links: PersonalLinks };

/** Adds each recipient's own links. */
export function addressed(links: Links, { ref, frozen }: BatchParts, recipients: Recipient[]): Addressed[] {
  return recipients.map((recipient) => ({
    ...recipient,
    links: {
      unsubscribe: links.unsubscribe(recipient.subscriberId, ref.edition, frozen.baseUrl, ref.slot),
      preferences: links.manage(recipient.subscriberId, frozen.baseUrl, ref),
    },
  }));
}

/** Makes one mail. It depends only on what is frozen, because a repeated request must have the same bytes. */
export function mailTo(
  { ref, frozen, variant, batch }: BatchParts,
  { subscriberId, email, links }: Addressed,
): Mail {
  return {
    from: frozen.from,
    to: email,
    replyTo: frozen.replyTo,
    subject: variant.subject,
    html: variant.html.written(links),
    text: variant.text.written(links),
    headers: listHeaders(links, frozen.listId),
    tags: [
      { name: 'edition', value: ref.edition },
      { name: 'slot', value: ref.slot },
      { name: 'batch', value: batch },
      { name: 'subscriber', value: subscriberId },
      installationTag(frozen.installation),
    ],
  };
}

/**
 * Returns the idempotency key of the batch's request. It names the installation, because two installations that share
 * an account of the provider may have the same editions and slots.
 */
export function requestKey({ ref, frozen, batch }: BatchParts): string {
  return `issue/${issueId(ref)}/${batch}/${frozen.installation}`;
}

/** Returns the headers for unsubscribing with one click (RFC 8058, section 3.1) and for the list (RFC 2919). */
export function listHeaders({ unsubscribe }: PersonalLinks, listId: string): Mail['headers'] {
  return {
    'List-Unsubscribe': `<${unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': listId,
  };
}

/**
 * Returns the SHA-256 of everything that decides the bytes of a request: the whole first mail, what all mails share,
 * and what differs from reader to reader. The first mail shows whether a new version of this program makes other mails.
 * Hashing all five megabytes of a hundred mails would show nothing more.
 */
export function payloadHash(parts: BatchParts, readers: Addressed[]): string {
  const hash = createHash('sha256');
  const [first] = readers;
  hash.update(
    JSON.stringify([first && mailTo(parts, first), parts.variant.hash, issueId(parts.ref), parts.batch]),
  );
  for (const { subscriberId, email, links } of readers)
    hash.update(JSON.stringify([subscriberId, email, links.unsubscribe, links.preferences]));
  return hash.digest('hex');
}

export type FreezeServices = {
  subscribers: SubscriberStore;
  delivery: DeliveryStore;
  links: Links;
  clock: Clock;
};

export type FrozenBatch = ClaimedBatch & {
  recipients: Recipient[];
  frozenAt: number;
  /**
   * The batch was frozen in an earlier attempt, whose answer is not known. The provider may have accepted its mails.
   */
  mayBeTaken: boolean;
};

/**
 * Returns the batch with its recipients. If they are not frozen yet, it freezes those planned readers who are still
 * subscribed, not paused and not suppressed, before anything is sent. Returns undefined if another process froze them
 * at the same time.
 */
export async function freezeRecipients(
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
  // Freezing fails if the claim of this process ran out and another process froze the batch first. That process sends
  // what it froze.
  if (!(await delivery.freeze(parts.ref, batch, frozen))) return undefined;
  return { ...batch, ...frozen, mayBeTaken: false };
}

/**
 * Returns the tag that every mail has. Installations that share an account of the provider get the events of each
 * other's mails, and know by this tag which ones are their own.
 */
export function installationTag(installation: string): Mail['tags'][number] {
  return { name: 'installation', value: installation };
}
