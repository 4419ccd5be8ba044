import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { MailEventStore } from './mail-event-store.ts';

/**
 * Counts readers of an uncertain batch as sent if the provider has reported on their mails. This function is called
 * when a batch is given up as uncertain, and for each event after that. So it does not matter whether the event or the
 * end of the batch comes first. A reader counts once.
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
