import type { FrozenIssue } from '../newsletter/issue.ts';
import { choiceKey, isPaused, type Member } from '../subscribers/subscriber.ts';
import { type Batch, batchId, MAX_RECIPIENTS } from './batch.ts';
import type { OpenBatch, PlanProgress } from './delivery-store.ts';

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
