import type { FeedServices } from '../feeds/feed-services.ts';
import { handOver, type Queue } from '../queue.ts';
import type { Ids } from '../services.ts';
import type { Callbacks } from './callbacks.ts';
import { contentReaders, type ReadContent } from './content.ts';
import { AT_ONCE, backoff, courier, isLongDown, remind, WORK_SECONDS } from './deliver.ts';
import type { Subscription } from './subscription.ts';
import { together } from './together.ts';
import type { DistributionStore, Run, Sent, WebSubStore } from './websub-store.ts';

export type DistributeServices = FeedServices & {
  websub: WebSubStore;
  distributions: DistributionStore;
  callbacks: Callbacks;
  queue: Queue;
  ids: Ids;
};

/** Longer than a piece of work and its last deliveries. */
const LEASE_SECONDS = 120;
const PAGE = 100;

/**
 * Sends a feed's subscribers what it has now. The mark that it is due is taken away before the document is read, so an
 * edit either is in what is sent or marks the feed anew. Progress is stored page by page: a process that dies costs a
 * subscriber a repetition and never a document.
 */
export async function distribute(services: DistributeServices, feed: string): Promise<void> {
  const { distributions, feedCache, clock, ids } = services;
  const run = await distributions.takeUp(feed, ids(), clock(), leaseEnd(services));
  if (!run) return comeBack(services, feed);
  feedCache.forgetWindows();
  const before = await distributions.sent(feed, clock());
  const isWhole = run.after === undefined;
  const { state, sent } = await deliverToAll(services, run, before);
  if (state === 'overtaken') return;
  // Of a run that was taken up half way it is not known what the first half was sent.
  if (state === 'done') await distributions.finish(run, isWhole ? { ...before, ...sent } : before);
  else await distributions.progress(run, clock());
  await comeBack(services, feed, state);
}

function leaseEnd({ clock }: DistributeServices): number {
  return clock() + LEASE_SECONDS * 1000;
}

/** Another message: for what is left, or for the edits that came meanwhile, once they are due. */
async function comeBack(
  { distributions, queue, clock, log }: DistributeServices,
  feed: string,
  state: State = 'overtaken',
): Promise<void> {
  const dueAt = state === 'left' ? clock() : await distributions.dueAt(feed);
  // Whoever holds the run comes back for what is due already.
  if (dueAt === undefined || (state === 'overtaken' && dueAt <= clock())) return;
  const seconds = Math.max(0, Math.ceil((dueAt - clock()) / 1000));
  await handOver(queue, log, [{ kind: 'distribute', feed }], seconds);
}

type State = 'done' | 'left' | 'overtaken';

/** `sent`: of each topic, what was sent first: those who came later have that or what is newer. */
async function deliverToAll(
  services: DistributeServices,
  run: Run,
  before: Sent,
): Promise<{ state: State; sent: Sent }> {
  const { websub, callbacks, clock, log } = services;
  const deliverTo = courier(callbacks);
  const turns = turnsOf(services, run);
  const counts = { delivered: 0, gone: 0, failed: 0, unchanged: 0 };
  const sent: Sent = {};
  const waits: number[] = [];

  await together(turns.next(), AT_ONCE, async ({ subscription, content, settled }) => {
    const document = await content(subscription.topic);
    if (document) sent[subscription.topic] ??= document.etag;
    // Not every change of an article changes what the document shows of it: one of last year is in the archive.
    if (document && document.etag === before[subscription.topic]) counts.unchanged += 1;
    else if (document && !isLongDown(subscription, clock())) {
      const delivery = await deliverTo(subscription, document);
      counts[delivery] += 1;
      if (delivery === 'delivered') await websub.cancelRetry(subscription);
      else if (delivery === 'gone') await websub.end(subscription);
      else {
        const wait = backoff(subscription);
        if (await websub.bookRetry(subscription, clock() + wait * 1000)) waits.push(wait);
      }
    }
    await settled();
  });
  if (waits.length > 0) await remind(services, waits);
  const state = turns.state();
  log.info('a feed was distributed', { feed: run.feed, ...counts, state });
  return { state, sent };
}

type Turn = {
  subscription: Subscription;
  content: ReadContent;
  /** To be called when it was tried. */
  settled(): Promise<void>;
};

/** Everybody's turn, page by page, each page with the document as it then is; ends early when the time is up. */
function turnsOf(services: DistributeServices, run: Run) {
  const { websub, distributions, clock } = services;
  const stopAt = clock() + WORK_SECONDS * 1000;
  const nextReader = contentReaders(services);
  const open: { last: string | undefined; waiting: number }[] = [];
  let state: State = 'left';
  let saved = Promise.resolve();

  /** Stores the last page up to which everybody was tried, in order, however the pages come to their ends. */
  const save = async (after: string): Promise<void> => {
    run.after = after;
    if (!(await distributions.progress(run, leaseEnd(services)))) state = 'overtaken';
  };
  const closePages = (): Promise<void> => {
    let after: string | undefined;
    while (open[0]?.waiting === 0) after = open.shift()?.last;
    if (after !== undefined) {
      const last = after;
      saved = saved.then(() => save(last));
    }
    return saved;
  };
  const opened = (count: number, last: string | undefined) => {
    const page = { last, waiting: count };
    open.push(page);
    return async () => {
      page.waiting -= 1;
      if (page.waiting === 0) await closePages();
    };
  };

  const fetched = (after: string | undefined) => {
    const page = websub.page(run.feed, after, PAGE, clock());
    // It may fail before anybody waits for it, or when nobody will any more.
    page.catch(() => {});
    return page;
  };

  async function* next(): AsyncGenerator<Turn, void> {
    let page = fetched(run.after);
    while (state === 'left' && clock() < stopAt) {
      const { subscriptions, last } = await page;
      // While these are delivered to, the next come.
      if (last !== undefined) page = fetched(last);
      const content = nextReader();
      const settled = opened(subscriptions.length, last);
      for (const subscription of subscriptions) yield { subscription, content, settled };
      if (subscriptions.length === 0) await closePages();
      if (last === undefined && state === 'left') state = 'done';
    }
  }

  return { next, state: () => state };
}
