import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { MailEventStore } from './mail-event-store.ts';

/**
 * Of a batch that was given up as uncertain, the readers of whose mail the provider has told are counted as sent. Looked
 * for when it is given up, and with each event after that: whichever comes second finds the other. Twice does no harm.
 */
export async function proveBatch(
  { delivery, mailEvents, clock }: { delivery: DeliveryStore; mailEvents: MailEventStore; clock: Clock },
  ref: IssueRef,
  batch: string,
): Promise<void> {
  const readers = await delivery.uncertain(ref, batch);
  if (!readers) return;
  for (const subscriberId of await mailEvents.unproven(ref, readers)) {
    await mailEvents.apply({ reaction: { ref, subscriberId, what: 'proven' } }, clock());
  }
}
