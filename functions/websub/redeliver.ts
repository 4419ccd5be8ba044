import type { FeedServices } from '../feeds/feed-services.ts';
import { handOver, type Queue } from '../queue.ts';
import type { Callbacks } from './callbacks.ts';
import { contentReaders, type ReadContent } from './content.ts';
import { AT_ONCE, backoff, courier, remind, WORK_SECONDS } from './deliver.ts';
import type { Subscription } from './subscription.ts';
import { together } from './together.ts';
import type { WebSubStore } from './websub-store.ts';

export type RedeliverServices = FeedServices & { websub: WebSubStore; callbacks: Callbacks; queue: Queue };

const PAGE = 100;

/**
 * Tries again what has failed and whose time has come, with the document as it is now. The retry after this one is booked
 * before it is begun: of two processes one goes on, and one that dies has only waited too long.
 */
export async function redeliver(services: RedeliverServices): Promise<void> {
  const { websub, callbacks, queue, clock, log } = services;
  const stopAt = clock() + WORK_SECONDS * 1000;
  const deliverTo = courier(callbacks);
  const waits: number[] = [];
  await together(dueRetries(services, stopAt), AT_ONCE, async ({ subscription, content }) => {
    const wait = backoff(subscription);
    const retryAt = clock() + wait * 1000;
    if (!(await websub.bookRetry(subscription, retryAt))) return;
    const document = await content(subscription.topic);
    if (!document) return;
    const delivery = await deliverTo(subscription, document);
    if (delivery === 'delivered') await websub.cancelRetry({ ...subscription, retryAt });
    else if (delivery === 'gone') await websub.end(subscription);
    else waits.push(wait);
  });
  if (waits.length > 0) await remind(services, waits);
  if (clock() >= stopAt) await handOver(queue, log, [{ kind: 'redeliver' }]);
}

type Retry = { subscription: Subscription; content: ReadContent };

async function* dueRetries(services: RedeliverServices, stopAt: number): AsyncGenerator<Retry, void> {
  const { websub, clock } = services;
  const nextReader = contentReaders(services);
  while (clock() < stopAt) {
    const subscriptions = await websub.retriesDue(clock(), PAGE);
    if (subscriptions.length === 0) return;
    const content = nextReader();
    for (const subscription of subscriptions) yield { subscription, content };
  }
}
