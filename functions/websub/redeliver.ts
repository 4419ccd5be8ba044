import type { FeedServices } from '../feeds/feed-services.ts';
import { handOver } from '../shared/queue.ts';
import { AT_ONCE, bookRetry, type DeliverServices, deliveries, PAGE, WORK_SECONDS } from './deliver.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import type { Subscription } from './subscription.ts';
import { contentByPage } from './topic-content.ts';

export type RedeliverServices = FeedServices & DeliverServices;

/**
 * Repeats the failed deliveries that are due, with the present document. The next retry is booked before a delivery
 * begins. So only one of two processes delivers, and if that process dies, the subscriber waits for the next retry.
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

/** Yields the retries that are due, page by page. Returns true if the time was up before all were yielded. */
async function* dueRetries({ websub, clock }: RedeliverServices): AsyncGenerator<DueRetry, boolean> {
  const stopAt = clock() + WORK_SECONDS * 1000;
  while (clock() < stopAt) {
    const page = await websub.retriesDue(clock(), PAGE);
    if (page.length === 0) return false;
    for (const subscription of page) yield { subscription, page };
  }
  return true;
}
