import { createHash } from 'node:crypto';
import type { PersonalLinks } from '../mails/placeholders.ts';
import { type FrozenIssue, issueId } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Links } from '../subscribers/links.ts';
import type { Recipient } from './batch.ts';
import type { ReadyVariant } from './composed-issues.ts';
import { installationTag, type Mail } from './mailer.ts';

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
