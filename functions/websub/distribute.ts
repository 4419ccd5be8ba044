import type { FeedServices } from '../feeds/feed-services.ts';
import type { Ids } from '../shared/clock.ts';
import { handOver } from '../shared/queue.ts';
import { AT_ONCE, type DeliverServices, deliveries, isLongDown, PAGE, WORK_SECONDS } from './deliver.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { type PagesInOrder, pagesInOrder } from './pages-in-order.ts';
import type { Subscription } from './subscription.ts';
import { contentByPage } from './topic-content.ts';
import type { DistributionStore, Run, Sent } from './websub-store.ts';

export type DistributeServices = FeedServices &
  DeliverServices & { distributions: DistributionStore; ids: Ids };

/**
 * How long a process keeps a run, which is one distribution of a feed. The time is longer than a piece of work with its
 * last deliveries.
 */
const LEASE_SECONDS = 120;

/**
 * Sends the present document of a feed to its subscribers. The mark that the feed is due is removed before the document
 * is read, so that an edit is either in the document or marks the feed again. Progress is stored page by page. If a
 * process dies, some subscribers get the document twice, but nobody misses it.
 */
export async function distribute(services: DistributeServices, feed: string): Promise<void> {
  const { distributions, feedCache, clock, ids } = services;
  const run = await distributions.takeUp(feed, ids(), clock(), leaseEnd(services));
  if (!run) return continueLater(services, feed, 'overtaken');
  feedCache.forgetWindows();
  const before = await distributions.sent(feed, clock());
  const pages = pagesInOrder(run.after);
  const { state, sent } = await deliverToAll(services, run, pages, before);
  // If another process began this run, we do not know which document it sent to the first subscribers. So only what an
  // earlier run sent stays stored.
  const isWhole = run.after === undefined;
  const isOurs =
    state === 'done'
      ? await distributions.finish(run, isWhole ? { ...before, ...sent } : before)
      : await distributions.progress({ ...run, after: pages.doneUpTo() }, clock());
  if (isOurs) await continueLater(services, feed, state);
}

function leaseEnd({ clock }: DistributeServices): number {
  return clock() + LEASE_SECONDS * 1000;
}

/** Sends a message for the subscribers that are left, or for the edits that came meanwhile, when they are due. */
async function continueLater(
  { distributions, queue, clock, log }: DistributeServices,
  feed: string,
  state: State,
): Promise<void> {
  const dueAt = state === 'left' ? clock() : await distributions.dueAt(feed);
  // The process that holds the run will send the message if the feed is due already.
  if (dueAt === undefined || (state === 'overtaken' && dueAt <= clock())) return;
  const seconds = Math.max(0, Math.ceil((dueAt - clock()) / 1000));
  await handOver(queue, log, [{ kind: 'distribute', feed }], seconds);
}

/**
 * How a piece of work ended: all subscribers were tried, the time was up, or another process has taken the run over.
 */
type State = 'done' | 'left' | 'overtaken';

/**
 * Delivers to all subscribers. `sent` has the ETag of the document that was sent first for each topic. Subscribers that
 * came later have this document or a newer one.
 */
async function deliverToAll(
  services: DistributeServices,
  run: Run,
  pages: PagesInOrder,
  before: Sent,
): Promise<{ state: State; sent: Sent }> {
  const { clock, log } = services;
  const contentOf = contentByPage(services);
  const { deliver, remind } = deliveries(services);
  const counts = { delivered: 0, gone: 0, failed: 0, unchanged: 0 };
  const sent: Sent = {};

  const state = await forEachConcurrently(turns(services, run, pages), AT_ONCE, async (turn) => {
    const { subscription, page, settled } = turn;
    const content = await contentOf(subscription.topic, page);
    if (content) sent[subscription.topic] ??= content.etag;
    // A change of an article need not change the document. An article of last year, for example, is in the archive. So
    // subscribers who have the present document get nothing.
    if (content && content.etag === before[subscription.topic]) counts.unchanged += 1;
    else if (content && !isLongDown(subscription, clock())) counts[await deliver(subscription, content)] += 1;
    settled();
  });
  await remind();
  log.info('a feed was distributed', { feed: run.feed, ...counts, state });
  return { state, sent };
}

type Turn = {
  subscription: Subscription;
  page: object;
  /** The caller calls this after the delivery was tried. */
  settled(): void;
};

/**
 * Yields the subscribers page by page, until all were yielded or the time is up. While the subscribers of a page get
 * the document, the next page is fetched, and the progress up to then is stored.
 */
async function* turns(
  services: DistributeServices,
  run: Run,
  pages: PagesInOrder,
): AsyncGenerator<Turn, State> {
  const stopAt = services.clock() + WORK_SECONDS * 1000;
  let fetched = fetchPage(services, run.feed, run.after);
  let stored = Promise.resolve(true);
  for (;;) {
    const page = await fetched;
    if (page.last !== undefined) fetched = fetchPage(services, run.feed, page.last);
    const settled = pages.begin(page.subscriptions.length, page.last);
    for (const subscription of page.subscriptions) yield { subscription, page, settled };
    if (!(await stored)) return 'overtaken';
    if (page.last === undefined) return 'done';
    if (services.clock() >= stopAt) return 'left';
    stored = storeProgress(services, run, pages);
  }
}

function storeProgress(services: DistributeServices, run: Run, pages: PagesInOrder): Promise<boolean> {
  const progress = { ...run, after: pages.doneUpTo() };
  return awaitedLater(services.distributions.progress(progress, leaseEnd(services)));
}

function fetchPage({ websub, clock }: DistributeServices, feed: string, after: string | undefined) {
  return awaitedLater(websub.page(feed, after, PAGE, clock()));
}

/** Marks a promise that is awaited later or never, so that its failure before that does not end the process. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
