import type { FeedServices } from '../feeds/feed-services.ts';
import type { Ids } from '../shared/clock.ts';
import { handOver } from '../shared/queue.ts';
import { contentByPage } from './content.ts';
import { AT_ONCE, type DeliverServices, deliveries, isLongDown, PAGE, WORK_SECONDS } from './deliver.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { type PagesInOrder, pagesInOrder } from './pages-in-order.ts';
import type { Subscription } from './subscription.ts';
import type { DistributionStore, Run, Sent } from './websub-store.ts';

export type DistributeServices = FeedServices &
  DeliverServices & { distributions: DistributionStore; ids: Ids };

/** Longer than a piece of work and its last deliveries. */
const LEASE_SECONDS = 120;

/**
 * Sends a feed's subscribers what it has now. The mark that it is due is taken away before the document is read, so an
 * edit either is in what is sent or marks the feed anew. Progress is stored page by page: a process that dies costs a
 * subscriber a repetition and never a document.
 */
export async function distribute(services: DistributeServices, feed: string): Promise<void> {
  const { distributions, feedCache, clock, ids } = services;
  const run = await distributions.takeUp(feed, ids(), clock(), leaseEnd(services));
  if (!run) return comeBack(services, feed, 'overtaken');
  feedCache.forgetWindows();
  const before = await distributions.sent(feed, clock());
  const pages = pagesInOrder(run.after);
  const { state, sent } = await deliverToAll(services, run, pages, before);
  // Of a run that was taken up half way it is not known what the first half was sent.
  const isWhole = run.after === undefined;
  const isOurs =
    state === 'done'
      ? await distributions.finish(run, isWhole ? { ...before, ...sent } : before)
      : await distributions.progress({ ...run, after: pages.doneUpTo() }, clock());
  if (isOurs) await comeBack(services, feed, state);
}

function leaseEnd({ clock }: DistributeServices): number {
  return clock() + LEASE_SECONDS * 1000;
}

/** Another message: for what is left, or for the edits that came meanwhile, once they are due. */
async function comeBack(
  { distributions, queue, clock, log }: DistributeServices,
  feed: string,
  state: State,
): Promise<void> {
  const dueAt = state === 'left' ? clock() : await distributions.dueAt(feed);
  // Whoever holds the run comes back for what is due already.
  if (dueAt === undefined || (state === 'overtaken' && dueAt <= clock())) return;
  const seconds = Math.max(0, Math.ceil((dueAt - clock()) / 1000));
  await handOver(queue, log, [{ kind: 'distribute', feed }], seconds);
}

/** How a piece of work ended: nobody is left, the time was up, or another process has taken the run up. */
type State = 'done' | 'left' | 'overtaken';

/** `sent`: of each topic, what was sent first: those who came later have that or what is newer. */
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
    // Not every change of an article changes what the document shows of it: one of last year is in the archive.
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
  /** To be called when it was tried. */
  settled(): void;
};

/**
 * Everybody's turn, page by page; ends early when the time is up. While a page is delivered to, the next one is fetched, and up
 * to where everybody was tried before is stored.
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

/** It may fail before anybody waits for it, or when nobody will any more. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
