import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import type { DistributionStore, WebSubStore } from './websub-store.ts';

export type AnnounceServices = {
  websub: Pick<WebSubStore, 'subscribed'>;
  distributions: Pick<DistributionStore, 'markDue'>;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/**
 * How long changes are gathered before they are distributed. If an editor saves a story three times, or posts a story
 * and its translation, subscribers get one document.
 */
const GATHER_SECONDS = 5;

/**
 * Marks the feeds whose documents have changed, and that have subscribers, as due. The subscribers get the new
 * documents in some seconds.
 */
export async function announce(services: AnnounceServices, feeds: string[]): Promise<void> {
  const { websub, distributions, queue, clock, log } = services;
  const marked: string[] = [];
  for (const feed of await websub.subscribed(feeds, clock())) {
    if (await distributions.markDue(feed, clock() + GATHER_SECONDS * 1000)) marked.push(feed);
  }
  const messages = marked.map((feed) => ({ kind: 'distribute' as const, feed }));
  if (messages.length > 0) await handOver(queue, log, messages, GATHER_SECONDS);
}
