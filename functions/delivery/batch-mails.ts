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

/** What the mails of a batch are made of, each as it was frozen. */
export type BatchParts = {
  ref: IssueRef;
  frozen: FrozenIssue;
  variant: ReadyVariant;
  batch: string;
  /** Of the issue. Who was merged since then may have had it at the same address; no part of the mails. */
  startedAt: string | undefined;
};

export type Addressed = Recipient & { links: PersonalLinks };

export function addressed(links: Links, { ref, frozen }: BatchParts, recipients: Recipient[]): Addressed[] {
  return recipients.map((recipient) => ({
    ...recipient,
    links: {
      unsubscribe: links.unsubscribe(recipient.subscriberId, ref.edition, frozen.baseUrl, ref.slot),
      preferences: links.manage(recipient.subscriberId, frozen.baseUrl, ref),
    },
  }));
}

/** A pure function of what is frozen: no clock, no chance, or a repetition would have other bytes. */
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

/** Two installations on one account may have the same editions and slots: neither is to be answered for the other's mails. */
export function requestKey({ ref, frozen, batch }: BatchParts): string {
  return `issue/${issueId(ref)}/${batch}/${frozen.installation}`;
}

/** RFC 8058, section 3.1, and RFC 2919. */
export function listHeaders({ unsubscribe }: PersonalLinks, listId: string): Mail['headers'] {
  return {
    'List-Unsubscribe': `<${unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': listId,
  };
}

/**
 * SHA-256 of all that makes the request's bytes: one whole mail, which a change of this program would change, what all
 * share, and what is each reader's own. Five megabytes of the same mail a hundred times over say no more.
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

/** On every mail: those who share an account with us get the events of our mails too, and we those of theirs. */
export function installationTag(installation: string): Mail['tags'][number] {
  return { name: 'installation', value: installation };
}
