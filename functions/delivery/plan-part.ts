import type { ArticleStore } from '../articles/article-store.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import { storiesNow } from '../newsletter/stories-now.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { type Member, SHARDS, shardOf } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { ComposedIssues } from './composed-issues.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { finishIssue } from './finish-issue.ts';
import { batchesWithinReach, type Pace } from './pace.ts';
import { type Page, planPage } from './plan-page.ts';
import { readerHours } from './reader-hours.ts';

export type PlanServices = {
  articles: ArticleStore;
  issues: IssueStore;
  composed: ComposedIssues;
  subscribers: SubscriberStore;
  delivery: DeliveryStore;
  pace: Pace;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** Members read at a time: some megabytes at most. */
const PAGE = 4_000;
/** Pages before the part's turn ends and a message goes on with it: seconds, where the function has 90 of them. */
const PAGES_A_TURN = 10;

/**
 * Puts every member of a part of the edition's shards into one batch, page by page. Batches and progress are written
 * together, so a crash, a repeated message or two at once never plan a member twice.
 */
export async function planPart(services: PlanServices, ref: IssueRef, part: number): Promise<void> {
  const { issues, composed, subscribers, delivery, pace, queue, clock, log } = services;
  const issue = await issues.get(ref);
  const frozen = issue && (await composed.frozen(issue));
  if (issue?.state !== 'sending' || !frozen) return;
  // A message of before names none: the sweep asks for those that the issue has.
  if (!(part < issue.parts)) return;
  if (!issue.startedAt && (await storiesNow(services, frozen.storyIds)).length < frozen.storyIds.length) {
    // Nobody is to get what was retracted: it is composed again, and planned then.
    return handOver(queue, log, [{ kind: 'compose', ...ref }]);
  }
  const dueOf = readerHours(frozen, clock());
  let previous = await delivery.progress(ref, part);
  for (let page = 1; !previous?.done; page++) {
    if (page > PAGES_A_TURN) return handOver(queue, log, [{ kind: 'plan', ...ref, part }]);
    const { batches, next } = planPage(
      await readPage(subscribers, ref.edition, shardsOf(part, issue.parts), previous?.after),
      previous ?? { batches: 0, open: [], done: false },
      { part, frozen, now: clock(), dueOf },
    );
    // Where another was first, the part is theirs.
    if (!(await delivery.putBatches(issue, part, previous, next, batches, isoTime(clock())))) return;
    // The others are found by the sweep when they are due, or when those before them are through.
    const within = Math.ceil(batchesWithinReach(pace) / issue.parts) - (previous?.batches ?? 0);
    const first = batches.filter(({ notBefore }) => notBefore === undefined).slice(0, Math.max(0, within));
    await handOver(
      queue,
      log,
      first.map(({ id }) => ({ kind: 'send' as const, ...ref, batch: id })),
    );
    previous = next;
  }
  await finishIssue(services, ref);
}

/** In ascending order. */
function shardsOf(part: number, parts: number): number[] {
  return Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => shard % parts === part);
}

/** The members after `after`, who tells by their id in which of the shards that is; a page goes on from one to the next. */
async function readPage(
  subscribers: SubscriberStore,
  edition: string,
  shards: number[],
  after: string | undefined,
): Promise<Page> {
  const reached = after === undefined ? -1 : shardOf(after);
  const members: Member[] = [];
  for (const shard of shards.filter((each) => each >= reached)) {
    const from = shard === reached ? after : undefined;
    members.push(...(await subscribers.members(edition, shard, from, PAGE - members.length)));
    if (members.length === PAGE) return { members, isLast: false };
  }
  return { members, isLast: true };
}
