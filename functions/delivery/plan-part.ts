import type { ArticleStore } from '../articles/article-store.ts';
import type { FrozenIssue } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import { inKnownState } from '../newsletter/known-state.ts';
import { storiesNow } from '../newsletter/select-stories.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { instantOf, parseTimeZone } from '../shared/local-time.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { choiceKey, isPaused, type Member, SHARDS, shardOf } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { type Batch, batchId, MAX_RECIPIENTS } from './batch.ts';
import type { DeliveryStore, OpenBatch, PlanProgress } from './delivery-store.ts';
import { finishIssue } from './finish-issue.ts';
import type { FrozenIssues } from './frozen-issues.ts';
import { batchesWithinReach, type Pace } from './pace.ts';

export type PlanServices = {
  articles: ArticleStore;
  issues: IssueStore;
  frozenIssues: FrozenIssues;
  subscribers: SubscriberStore;
  delivery: DeliveryStore;
  pace: Pace;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** How many members are read at a time. They are a few megabytes at most. */
const PAGE_SIZE = 4_000;
/**
 * After this many pages, another message goes on with the part. The pages take some seconds, and the function is
 * stopped after 90.
 */
const PAGES_A_TURN = 10;

/**
 * Puts every member, which is a reader of the edition, into a batch, page by page. The members are those in a part of
 * the edition's shards. Batches and progress are written in one transaction. So no member is planned twice after a
 * crash, by a repeated message, or by two processes at the same time.
 */
export async function planPart(
  services: PlanServices,
  ref: IssueRef,
  part: number,
  pageSize = PAGE_SIZE,
): Promise<void> {
  const { issues, frozenIssues, subscribers, delivery, pace, queue, clock, log } = services;
  const issue = inKnownState(await issues.get(ref));
  const frozen = issue && (await frozenIssues.frozen(issue));
  if (issue?.state !== 'sending' || !frozen) return;
  // A message from an older version names no part. It is dropped, because the sweep sends a message for each part that
  // the issue has.
  if (!(part < issue.parts)) return;
  if (!issue.startedAt && (await storiesNow(services, frozen.storyIds)).length < frozen.storyIds.length) {
    // A story was retracted, and nobody must get it. The issue is composed again first.
    return handOver(queue, log, [{ kind: 'compose', ...ref }]);
  }
  const dueOf = readerHours(frozen, clock());
  let previous = await delivery.progress(ref, part);
  for (let page = 1; !previous?.done; page++) {
    if (page > PAGES_A_TURN) return handOver(queue, log, [{ kind: 'plan', ...ref, part }]);
    const { batches, next } = planPage(
      await readPage(subscribers, ref.edition, shardsOf(part, issue.parts), previous?.after, pageSize),
      previous ?? { batches: 0, open: [], done: false },
      { part, frozen, now: clock(), dueOf },
    );
    // If another process stored this page first, that process goes on with the part.
    if (!(await delivery.putBatches(issue, part, previous, next, batches, isoTime(clock())))) return;
    // The sweep sends messages for the other batches when they are due, or when the batches before them are done.
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

/** Returns the shards of a part in ascending order. */
function shardsOf(part: number, parts: number): number[] {
  return Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => shard % parts === part);
}

/** Reads the members after the id `after`, whose shard follows from the id. A page may go on into the next shard. */
async function readPage(
  subscribers: SubscriberStore,
  edition: string,
  shards: number[],
  after: string | undefined,
  pageSize: number,
): Promise<Page> {
  const reached = after === undefined ? -1 : shardOf(after);
  const members: Member[] = [];
  for (const shard of shards.filter((each) => each >= reached)) {
    const from = shard === reached ? after : undefined;
    members.push(...(await subscribers.members(edition, shard, from, pageSize - members.length)));
    if (members.length === pageSize) return { members, isLast: false };
  }
  return { members, isLast: true };
}

/** A transaction takes 100 items: two for each batch, one for the part's progress and one for the issue's counters. */
const MAX_BATCHES = 49;
/**
 * How many bytes the batches that are not full may have together. They are stored with the part's progress, in an item
 * of at most 400 KB. The id of a reader has 20 characters. A batch also has field names, a variant and a time.
 */
const MAX_OPEN_BYTES = 250_000;
const READER_BYTES = 24;
const BATCH_BYTES = 100;

export type Page = {
  members: Member[];
  /** True if no members come after this page. */
  isLast: boolean;
};

export type Planning = {
  part: number;
  frozen: FrozenIssue;
  /** Milliseconds. */
  now: number;
  /** Returns when the member gets the issue (milliseconds), or undefined if the member gets it at once. */
  dueOf: (member: Member) => number | undefined;
};

/**
 * Puts a page of members into batches. Batches that are not full stay open for the next pages, because a page may have
 * only a few readers of each choice, and requests should be full. If a page gives more batches than one transaction can
 * write, only its first members are planned. `after` is the id of the last one of them.
 */
export function planPage(
  { members, isLast }: Page,
  previous: PlanProgress,
  { part, frozen, now, dueOf }: Planning,
): { batches: Batch[]; next: PlanProgress } {
  const batches: Batch[] = [];
  const open = new Map(previous.open.map((each) => [kindOf(each), copyOf(each)]));
  let openReaders = previous.open.reduce((sum, { subscriberIds }) => sum + subscriberIds.length, 0);
  const close = (batch: OpenBatch) => {
    open.delete(kindOf(batch));
    openReaders -= batch.subscriberIds.length;
    batches.push({ id: batchId(batch.notBefore, part, previous.batches + batches.length), ...batch });
  };
  const isFull = () => batches.length === MAX_BATCHES;

  let { after } = previous;
  let taken = 0;
  for (const member of members) {
    if (isFull()) break;
    taken += 1;
    after = member.subscriberId;
    const variant = variantFor(member, frozen);
    if (!variant || isPaused(member, now)) continue;
    const notBefore = dueOf(member);
    const kind = { variant, ...(notBefore !== undefined && { notBefore }) };
    const batch = open.get(kindOf(kind)) ?? { ...kind, subscriberIds: [] };
    open.set(kindOf(kind), batch);
    batch.subscriberIds.push(member.subscriberId);
    openReaders += 1;
    if (batch.subscriberIds.length === MAX_RECIPIENTS) close(batch);
    else if (openReaders * READER_BYTES + open.size * BATCH_BYTES > MAX_OPEN_BYTES) close(fullest(open));
  }
  const isThrough = isLast && taken === members.length;
  for (const batch of isThrough ? open.values() : []) if (!isFull()) close(batch);
  return {
    batches,
    next: {
      ...(after !== undefined && { after }),
      batches: previous.batches + batches.length,
      open: [...open.values()],
      done: isThrough && open.size === 0,
    },
  };
}

function variantFor({ language, topics }: Member, { choices }: FrozenIssue): string | undefined {
  return choices[choiceKey({ language, topics })] ?? choices[choiceKey({ language, topics: [] })];
}

function kindOf({ variant, notBefore = 0 }: Pick<OpenBatch, 'variant' | 'notBefore'>): string {
  return `${notBefore} ${variant}`;
}

function copyOf(batch: OpenBatch): OpenBatch {
  return { ...batch, subscriberIds: [...batch.subscriberIds] };
}

function fullest(open: Map<string, OpenBatch>): OpenBatch {
  return [...open.values()].reduce((best, each) =>
    each.subscriberIds.length > best.subscriberIds.length ? each : best,
  );
}

/**
 * Returns a function that says when a member gets the issue at their own hour (milliseconds). It returns undefined if
 * the member gets the issue at once, for example because that hour has passed. A member without a time zone, or with
 * one that is not known any more, gets it by the edition's time zone.
 */
export function readerHours(
  { readerHour }: FrozenIssue,
  now: number,
): (member: Pick<Member, 'timeZone'>) => number | undefined {
  if (!readerHour) return () => undefined;
  const { localTime, timeZone: ofEdition } = readerHour;
  const known = new Map<string, number | undefined>();
  return ({ timeZone = ofEdition }) => {
    if (!known.has(timeZone)) {
      const zone = [timeZone, ofEdition].find(parseTimeZone);
      const due = zone === undefined ? now : instantOf(localTime, zone);
      known.set(timeZone, due > now ? due : undefined);
    }
    return known.get(timeZone);
  };
}
