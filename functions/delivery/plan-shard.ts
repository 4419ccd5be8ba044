import type { Log } from '../log.ts';
import type { FrozenIssue } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import { handOver, type Queue } from '../queue.ts';
import type { Clock } from '../services.ts';
import { choiceKey, isPaused, type Member } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { type Batch, MAX_RECIPIENTS } from './batch.ts';
import type { DeliveryStore, PlanProgress } from './delivery-store.ts';
import { finishIssue } from './finish-issue.ts';

export type PlanServices = {
  issues: IssueStore;
  subscribers: SubscriberStore;
  delivery: DeliveryStore;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** Members read at a time. */
const PAGE = 1000;
/** A transaction takes 100 items: two a batch, the shard's progress and the issue's counters. */
const MAX_BATCHES_A_PAGE = 45;

/**
 * Puts every member of a shard into one batch, page by page. Batches and progress are written together, so a crash, a
 * repeated message or two at once never plan a member twice.
 */
export async function planShard(services: PlanServices, ref: IssueRef, shard: number): Promise<void> {
  const { issues, subscribers, delivery, queue, clock, log } = services;
  const issue = await issues.get(ref);
  const frozen = await issues.frozen(ref);
  if (issue?.state !== 'sending' || !frozen) return;
  for (;;) {
    const previous = await delivery.progress(ref, shard);
    if (previous?.done) break;
    const members = await subscribers.members(ref.edition, shard, previous?.after, PAGE);
    const { batches, after } = batchesOf(frozen, members, shard, previous?.batches ?? 0, clock());
    const done = members.length < PAGE && after === members.at(-1)?.subscriberId;
    const last = after ?? previous?.after;
    const next: PlanProgress = {
      batches: (previous?.batches ?? 0) + batches.length,
      done,
      ...(last !== undefined && { after: last }),
    };
    // Where another was first, its progress is read, and this goes on from there.
    if (!(await delivery.putBatches(ref, shard, previous, next, batches))) continue;
    await handOver(
      queue,
      log,
      batches.map(({ id }) => ({ kind: 'send' as const, ...ref, batch: id })),
    );
  }
  await finishIssue(services, ref);
}

/** `after` is the last member taken: a page whose members chose very differently is cut short. */
function batchesOf(
  frozen: FrozenIssue,
  members: Member[],
  shard: number,
  planned: number,
  now: number,
): { batches: Batch[]; after: string | undefined } {
  const batches: Batch[] = [];
  const filling = new Map<string, Batch>();
  let after: string | undefined;
  for (const { subscriberId, pausedUntil, ...choice } of members) {
    const variant = frozen.choices[choiceKey(choice)] ?? frozen.choices[choiceKey({ ...choice, topics: [] })];
    if (variant && !isPaused({ pausedUntil }, now)) {
      let batch = filling.get(variant);
      if (!batch || batch.subscriberIds.length === MAX_RECIPIENTS) {
        if (batches.length === MAX_BATCHES_A_PAGE) break;
        batch = { id: `${shard}-${planned + batches.length}`, variant, subscriberIds: [], attempts: 0 };
        filling.set(variant, batch);
        batches.push(batch);
      }
      batch.subscriberIds.push(subscriberId);
    }
    after = subscriberId;
  }
  return { batches, after };
}
