import { type ComplaintStore, weighComplaints } from '../newsletter/complaints.ts';
import { issueId } from '../newsletter/issue.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import type { Reaction } from '../newsletter/issue-tally.ts';
import { type Clock, DAY_MILLISECONDS, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { Queue } from '../shared/queue.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import type { Subscriber, Suppression } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { isErased, lastingSuppression, suppressionOf } from '../subscribers/suppression.ts';
import { isGivenUp, withBounce, withDelivery } from './bounce-run.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { MailEvent, MailEventKind } from './mail-event.ts';
import type { EventChanges, MailEventStore } from './mail-event-store.ts';
import { proveBatch } from './prove-batch.ts';

export type EventServices = {
  mailEvents: MailEventStore;
  complaints: ComplaintStore;
  issues: IssueStore;
  delivery: DeliveryStore;
  subscribers: SubscriberStore;
  links: Pick<Links, 'installation'>;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/**
 * Events that are older than this are ignored. The table forgets the id of an event some days later. An event that came
 * again after that would count a second time.
 */
const MOST_DAYS = 30;
/**
 * What readers do with a mail is not counted any more after this time, because nobody looks at the figures of so old an
 * issue.
 */
const COUNTED_DAYS = 60;
/**
 * How often an event is tried while other events change the same reader. In each round one of these events is applied.
 */
const ATTEMPTS = 25;

const REACTION: Record<MailEventKind, Reaction | 'sent'> = {
  sent: 'sent',
  delayed: 'sent',
  delivered: 'delivered',
  'hard-bounced': 'bounced',
  'soft-bounced': 'softBounced',
  'content-bounced': 'softBounced',
  complained: 'complained',
  refused: 'refused',
  failed: 'refused',
  opened: 'opened',
  clicked: 'clicked',
};

/**
 * Applies what the provider reported about a mail. One transaction writes the counts and what changes for the address.
 * After it, complaints may stop the edition, and readers of an uncertain batch may be counted as sent. The result does
 * not depend on the order in which the events of a mail come, or on how often they come. The counters of an issue count
 * a reader once, and the stronger of two suppressions stays.
 */
export async function applyEvent(
  services: EventServices,
  event: MailEvent,
): Promise<'applied' | 'known' | { ignored: string }> {
  const { mailEvents, issues, links, clock } = services;
  const { mail, installation = links.installation } = event;
  // Another installation may have the same editions and slots. Complaints of its readers must not stop an edition here.
  if (installation !== links.installation)
    return { ignored: "the mail was sent by another installation that shares the provider's account" };
  if (clock() - event.at > MOST_DAYS * DAY_MILLISECONDS)
    return { ignored: `it is too old: it happened at ${isoTime(event.at)}` };
  if (mail.kind === 'issue' && !(await issues.get(mail.ref)))
    return { ignored: `there is no issue ${issueId(mail.ref)}` };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await mailEvents.apply(await changesOf(services, event), clock());
    if (result === 'changed') continue;
    // These two steps are done again for an event that was applied before. The process that applied it may have died
    // before it took them.
    if (mail.kind === 'issue') {
      if (event.what === 'complained') await weighComplaints(services, mail.ref.edition);
      if (mail.batch !== undefined) await proveBatch(services, mail.ref, mail.batch);
    }
    return result;
  }
  throw new Error(
    `the mail event ${event.id} could not be applied: other events kept changing the same reader`,
  );
}

async function changesOf(services: EventServices, event: MailEvent): Promise<EventChanges> {
  const { mailEvents, complaints, clock } = services;
  const { id, what, mail, at, mailedAt } = event;
  const changes: EventChanges = { id, ...(await addressChanges(services, event)) };
  if (mail.kind !== 'issue' || clock() - mailedAt > COUNTED_DAYS * DAY_MILLISECONDS) return changes;
  const reaction = { ref: mail.ref, subscriberId: mail.subscriberId, what: REACTION[what] };
  if (await mailEvents.hasReacted(reaction)) return changes;
  if (what === 'opened' || what === 'clicked') {
    // An erasure deletes the notes about what a reader did. Without this check, each time an erased reader opened an
    // old mail would count again.
    const reader = await services.subscribers.get(mail.subscriberId);
    const hash = reader && addressHash(reader.email);
    if (!hash || (await wasErased(services, hash))) return changes;
    changes.unlessErased = hash;
  }
  changes.reaction = reaction;
  if (what === 'complained') {
    const { resumedAt = '' } = await complaints.standing(mail.ref.edition);
    const mailed = isoTime(mailedAt);
    if (mailed > resumedAt) changes.complaint = { edition: mail.ref.edition, mailedAt: mailed };
  }
  if (what === 'failed')
    services.log.warn('the mail provider accepted a mail and then did not send it', {
      issue: issueId(mail.ref),
      at: isoTime(at),
      reason: event.detail,
    });
  return changes;
}

/**
 * Returns what the event changes for the mailed address: its suppression, its run of bounces, and a line in the consent
 * log. The kind of the mail makes no difference.
 */
async function addressChanges(
  services: EventServices,
  event: MailEvent,
): Promise<Pick<EventChanges, 'suppression' | 'consent' | 'bounces' | 'unlessErased'>> {
  const { mailEvents, clock } = services;
  const { what, address, mail, mailId } = event;
  const at = isoTime(event.at);
  switch (what) {
    case 'hard-bounced':
      return suppressionChanges(services, event, 'bounced');
    case 'complained':
      return suppressionChanges(services, event, 'complained');
    case 'refused':
      return suppressionChanges(services, event, 'refused');
    case 'delivered': {
      const hash = address && addressHash(address);
      const previous = hash ? await mailEvents.bounces(hash, clock()) : undefined;
      return hash && previous ? { bounces: { hash, previous, next: withDelivery(previous, at) } } : {};
    }
    case 'soft-bounced': {
      if (!address) return {};
      const hash = addressHash(address);
      const previous = await mailEvents.bounces(hash, clock());
      const next = withBounce(previous, mailId, at);
      const noted = { bounces: { hash, previous, next }, unlessErased: hash };
      const reader = await readerOf(services, event);
      // Nothing is noted about a reader who was erased, or about an address that its reader does not use any more.
      if ((mail.kind === 'issue' && !reader) || (await wasErased(services, hash))) return {};
      if (!isGivenUp(next, confirmedAt(reader))) return noted;
      const times = Object.keys(next.bounces).length;
      const detail = `${times} mails in a row bounced${event.detail ? `; the last reason was: ${event.detail}` : ''}`;
      return { ...noted, ...(await suppressionChanges(services, { ...event, detail }, 'bounced')) };
    }
    default:
      return {};
  }
}

async function suppressionChanges(
  services: EventServices,
  event: MailEvent,
  reason: Suppression['reason'],
): Promise<Pick<EventChanges, 'suppression' | 'consent'>> {
  const { subscribers } = services;
  const reader = await readerOf(services, event);
  const address = reader?.email ?? event.address;
  const at = isoTime(event.at);
  // A reader who confirmed a sign-up after the bounce got that mail. So the address works, and is not suppressed.
  if (!address || (reason === 'bounced' && (confirmedAt(reader) ?? '') > at)) return {};
  const hash = addressHash(address);
  const previous = await suppressionOf(subscribers, hash);
  const next = lastingSuppression(previous, { reason, at, ...(event.detail && { detail: event.detail }) });
  if (next === previous) return {};
  const suppression = { hash, previous, next };
  // If the reader is being erased, their consent log may be deleted already, and gets no new line.
  if (!reader || previous?.reason === reason || isErased(previous)) return { suppression };
  const line = { at: isoTime(services.clock()), what: 'suppressed' as const, editions: reader.editions };
  return { suppression, consent: { subscriber: reader, event: { ...line, detail: reason } } };
}

/**
 * Returns the reader who has the address now. This can be somebody else than the reader who was mailed, because that
 * reader may have a new address.
 */
async function readerOf(
  { subscribers }: EventServices,
  { mail, address }: MailEvent,
): Promise<Subscriber | undefined> {
  const mailed = mail.kind === 'issue' ? mail.subscriberId : undefined;
  const id = address ? await subscribers.idByAddress(addressHash(address)) : mailed;
  return id === undefined ? undefined : subscribers.get(id);
}

/**
 * Checks whether the address was erased or is being erased. The suppression is the first thing that an erasure writes.
 */
async function wasErased({ subscribers }: EventServices, hash: string): Promise<boolean> {
  return isErased(await suppressionOf(subscribers, hash));
}

function confirmedAt(reader: Subscriber | undefined): string | undefined {
  return reader?.consent.source === 'sign-up' ? reader.consent.at : undefined;
}
