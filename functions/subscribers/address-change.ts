import { isoTime } from '../shared/clock.ts';
import { handOver } from '../shared/queue.ts';
import { addressHash } from './email-address.ts';
import { mayConfirm } from './mail-limits.ts';
import { ATTEMPTS, type SubscriberServices } from './sign-up.ts';
import { type AddressChange, type ConsentEvent, endsWithConsent, type Subscriber } from './subscriber.ts';

/** Changes that one reader may ask for an hour, to whatever addresses: the mails go to people who may know nothing of it. */
const CHANGES_AN_HOUR = 3;

/**
 * Mails a link to the new address; until its button is pressed nothing changes. The answer never says whether that
 * address is known here, or can be mailed.
 */
export async function askForAddressChange(
  services: SubscriberServices,
  subscriberId: string,
  email: string,
): Promise<void> {
  const { subscribers, throttle, queue, clock, ids, log } = services;
  if (!(await throttle.underLimit(`address#${subscriberId}`, CHANGES_AN_HOUR, clock()))) {
    log.info('a change of address was not mailed: its reader has asked for enough this hour', {
      subscriber: subscriberId,
    });
    return;
  }
  if (!(await mayConfirm(services, email, 'a change of address'))) return;
  const outboxId = await subscribers.putAddressChange({
    id: ids(),
    subscriberId,
    email,
    requestedAt: isoTime(clock()),
  });
  await handOver(queue, log, [{ kind: 'letter', outboxId }]);
}

export type AddressChanged =
  | { kind: 'changed'; subscriber: Subscriber }
  /** It has run out, or its reader is not there any more. */
  | { kind: 'expired' }
  /** Since it was asked for, somebody at the new address has complained. */
  | { kind: 'not-mailable'; language: string };

/**
 * The button was pressed by somebody who reads both addresses: the subscriber stays the same one, with the new address.
 * Where that has a subscriber of its own, the two become one, who gets what either got.
 */
export async function changeAddress(
  { subscribers, queue, clock, log }: SubscriberServices,
  subscriberId: string,
  changeId: string,
): Promise<AddressChanged> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const change = await subscribers.addressChange(subscriberId, changeId, clock());
    const previous = await subscribers.get(subscriberId);
    if (!change || previous?.id !== subscriberId) return { kind: 'expired' };
    if (change.replaced !== undefined) return { kind: 'changed', subscriber: previous };
    const hash = addressHash(change.email);
    const suppression = (await subscribers.suppressions([hash])).get(hash);
    if (suppression && !endsWithConsent(suppression))
      return { kind: 'not-mailable', language: previous.language };
    const holder = await subscribers.idByAddress(hash);
    const merged = holder && holder !== previous.id ? await subscribers.get(holder) : undefined;
    const next = withAddress(previous, merged, change, isoTime(clock()));
    const event: ConsentEvent = {
      at: next.updatedAt,
      what: 'address',
      editions: next.editions,
      detail: merged ? 'page, merged with the subscriber of that address' : 'page',
    };
    const along = { addressChange: change, merged, lift: suppression !== undefined };
    if (!(await subscribers.write(previous, next, event, along))) continue;
    await handOver(queue, log, [{ kind: 'letter', outboxId: noticeId(change, next.updatedAt) }]);
    return { kind: 'changed', subscriber: next };
  }
  throw new Error(`the address of subscriber ${subscriberId} could not be changed: it kept changing`);
}

/** The event by which the old address is told, `at` (ISO 8601) its change. */
export function noticeId({ id }: AddressChange, at: string): string {
  return `${at}#${id}#told`;
}

function withAddress(
  previous: Subscriber,
  merged: Subscriber | undefined,
  { email }: AddressChange,
  at: string,
): Subscriber {
  const formerIds = [
    ...(previous.formerIds ?? []),
    ...(merged ? [merged.id, ...(merged.formerIds ?? [])] : []),
  ];
  return {
    ...previous,
    version: previous.version + 1,
    email,
    editions: [...new Set([...previous.editions, ...(merged?.editions ?? [])])],
    ...(formerIds.length > 0 && { formerIds }),
    ...(merged && { mergedAt: at }),
    updatedAt: at,
  };
}
