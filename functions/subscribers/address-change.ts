import { isoTime } from '../shared/clock.ts';
import { handOver } from '../shared/queue.ts';
import { addressHash } from './email-address.ts';
import { countConfirmation } from './mail-limits.ts';
import { ATTEMPTS, type SubscriberServices } from './sign-up.ts';
import { type AddressChange, type ConsentEvent, endsWithConsent, type Subscriber } from './subscriber.ts';
import { suppressionOf } from './suppression.ts';

/**
 * How many changes of address one reader may ask for in an hour, whichever addresses they name. The number is small,
 * because the mails go to people who may know nothing about the request.
 */
const CHANGES_AN_HOUR = 3;

/**
 * Mails a confirmation link to the new address. Nothing changes until somebody presses the button on the page that the
 * link opens. The function returns nothing, so the page cannot reveal whether the address is known here or can be
 * mailed.
 */
export async function askForAddressChange(
  services: SubscriberServices,
  subscriberId: string,
  email: string,
): Promise<void> {
  const { subscribers, throttle, queue, clock, ids, log } = services;
  if (await throttle.count([{ key: `address#${subscriberId}`, max: CHANGES_AN_HOUR }], clock())) {
    log.info('no mail was sent for a change of address: the reader asked for too many changes this hour', {
      subscriber: subscriberId,
    });
    return;
  }
  const asked = await countConfirmation(services, email, 'a change of address');
  if (!asked) return;
  const outboxId = await subscribers.putAddressChange({
    id: ids(),
    subscriberId,
    email,
    ...asked,
    requestedAt: isoTime(clock()),
  });
  await handOver(queue, log, [{ kind: 'letter', outboxId }]);
}

export type AddressChanged =
  | { kind: 'changed'; subscriber: Subscriber }
  /** The request has run out, or its subscriber does not exist any more. */
  | { kind: 'expired' }
  /** The new address is suppressed for a reason that only an editor can lift, such as a complaint about spam. */
  | { kind: 'not-mailable'; language: string };

/**
 * Gives the subscriber the new address, after somebody has pressed the button. The change was asked for on the
 * subscriber's own page, and its link was mailed to the new address. So whoever presses the button can read the mail of
 * that address. If the new address has a subscriber already, the two are merged: this subscriber then gets the editions
 * of both.
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
    const suppression = await suppressionOf(subscribers, hash);
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
  throw new Error(
    `the address of subscriber ${subscriberId} could not be changed: the subscriber kept changing`,
  );
}

/** Returns the id of the event that mails a notice to the old address. `at` is the time of the change (ISO 8601). */
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
