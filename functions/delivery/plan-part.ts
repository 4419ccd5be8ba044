import type { ArticleStore } from '../articles/article-store.ts';
import type { FrozenIssue } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
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

/** Members read at a time: some megabytes at most. */
const PAGE = 4_000;
/** Pages before the part's turn ends and a message goes on with it: seconds, where the function has 90 of them. */
const PAGES_A_TURN = 10;

/**
 * Puts every member of a part of the edition's shards into one batch, page by page. Batches and progress are written
 * together, so a crash, a repeated message or two at once never plan a member twice.
 */
export async function planPart(services: PlanServices, ref: IssueRef, part: number): Promise<void> {
  const { issues, frozenIssues, subscribers, delivery, pace, queue, clock, log } = services;
  const issue = await issues.get(ref);
  const frozen = issue && (await frozenIssues.frozen(issue));
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

/** A transaction takes 100 items: two a batch, the part's progress and the issue's counters. */
const MAX_BATCHES = 49;
/**
 * Of batches that are not full: kept with the part's progress, in an item of at most 400 KB. An id has 20 characters; a
 * batch has names of fields, a variant and a time beside its ids.
 */
const MAX_OPEN_BYTES = 250_000;
const READER_BYTES = 24;
const BATCH_BYTES = 100;

export type Page = {
  members: Member[];
  /** There is none after them. */
  isLast: boolean;
};

/**
 * Puts a page of members into batches. Those that are not full stay open for the next pages: where readers
 * chose very differently, each page has few of each kind, and a request is to be full. Where a page gives more batches
 * than can be written at once it is cut short; `after` says where.
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

export type Planning = {
  part: number;
  frozen: FrozenIssue;
  /** Milliseconds. */
  now: number;
  /** When the member is to get the issue, if not at once. */
  dueOf: (member: Member) => number | undefined;
};

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
 * When each member is to get an issue by their own clock; undefined: at once, also where that hour is past. One who
 * named no zone, or one that nobody knows, goes by the edition's.
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
