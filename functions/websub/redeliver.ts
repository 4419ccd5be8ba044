import type { FeedServices } from '../feeds/feed-services.ts';
import { handOver } from '../shared/queue.ts';
import { contentByPage } from './content.ts';
import { AT_ONCE, bookRetry, type DeliverServices, deliveries, PAGE, WORK_SECONDS } from './deliver.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import type { Subscription } from './subscription.ts';

export type RedeliverServices = FeedServices & DeliverServices;

/**
 * Tries again what has failed and whose time has come, with the document as it is now. The retry after this one is booked
 * before it is begun: of two processes one goes on, and one that dies has only waited too long.
 */
export async function redeliver(services: RedeliverServices): Promise<void> {
  const { queue, log } = services;
  const contentOf = contentByPage(services);
  const { deliver, remind } = deliveries(services);
  const isLeft = await forEachConcurrently(dueRetries(services), AT_ONCE, async ({ subscription, page }) => {
    const retry = await bookRetry(services, subscription);
    const content = retry && (await contentOf(subscription.topic, page));
    if (content) await deliver(subscription, content, retry);
  });
  await remind();
  if (isLeft) await handOver(queue, log, [{ kind: 'redeliver' }]);
}

type DueRetry = { subscription: Subscription; page: object };

/** Page by page; returns whether the time was up before they were through. */
async function* dueRetries({ websub, clock }: RedeliverServices): AsyncGenerator<DueRetry, boolean> {
  const stopAt = clock() + WORK_SECONDS * 1000;
  while (clock() < stopAt) {
    const page = await websub.retriesDue(clock(), PAGE);
    if (page.length === 0) return false;
    for (const subscription of page) yield { subscription, page };
  }
  return true;
}
