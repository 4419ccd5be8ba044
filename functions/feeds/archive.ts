import { crc32 } from 'node:zlib';
import { type ArchivePart, monthOf, positionOf } from './feed-key.ts';
import { type FeedStore, isIn, type PartOfFeed, type Pointer } from './feed-window.ts';

/**
 * The archive of a feed: a document a month, and a month of many articles in parts. Where a part ends is decided by
 * the articles themselves, one in fifty ends one: so a new, changed or retracted article changes the part that it is in
 * and seldom another, and whoever walks from part to part while articles come and go meets every one that stays.
 */

/** Articles of a part, in the mean. */
const MEAN = 50;
/** A part that chance made long, or its articles large, is cut here: blocks, of which the smallest article has one. */
const MOST_BLOCKS = 100;
/** The same with those that left, which a part lists too. */
const MOST_POINTERS = 1000;

/** `feed` is its key, `now` ISO 8601. A month in the future, and one that never had an article, has no pointers. */
export async function readPart(
  feeds: FeedStore,
  feed: string,
  part: ArchivePart,
  now: string,
): Promise<PartOfFeed> {
  const pointers: Pointer[] = [];
  const begins = partBeginnings();
  for await (const pointer of feeds.below(feed, part.before ?? monthAfter(part.month), now)) {
    if (monthOf(pointer) !== part.month || begins(pointer)) break;
    pointers.push(pointer);
  }
  const [older, newer] = await Promise.all([
    olderPart(feeds, feed, part.month, pointers.at(-1), now),
    newerPart(feeds, feed, part, pointers[0], now),
  ]);
  return {
    pointers,
    older: older.part,
    newer: newer.part,
    linksChanged: Math.max(0, ...[...older.by, ...newer.by].map(changeOf)),
    isLinked: part.before === undefined || newer.leadsHere,
  };
}

/** When the month is over, nothing but an edit of the past changes its documents. */
export function isPast({ month }: ArchivePart, now: string): boolean {
  return month < now.slice(0, 7);
}

/** Asked of the pointers of a month one by one, newest first from where a part begins: whether it begins the next. */
function partBeginnings(): (pointer: Pointer) => boolean {
  let [blocks, count, isOver] = [0, 0, false];
  return (pointer) => {
    const own = isIn(pointer) ? 1 + (pointer.moreBlocks ?? 0) : 0;
    const begins = count > 0 && (isOver || blocks + own > MOST_BLOCKS || count === MOST_POINTERS);
    [blocks, count] = begins ? [own, 1] : [blocks + own, count + 1];
    isOver = endsPart(pointer);
    return begins;
  };
}

/** By the id alone: an article that moves takes its end of a part along. One that left ends none. */
function endsPart(pointer: Pointer): boolean {
  return isIn(pointer) && crc32(pointer.id) % MEAN === 0;
}

/** `by`: the pointers that it was found by. */
type Neighbour = { part: ArchivePart | undefined; by: Pointer[] };

async function olderPart(
  feeds: FeedStore,
  feed: string,
  month: string,
  oldest: Pointer | undefined,
  now: string,
): Promise<Neighbour> {
  const by: Pointer[] = [];
  for await (const pointer of feeds.below(feed, oldest ? positionOf(oldest) : month, now)) {
    by.push(pointer);
    if (!isIn(pointer)) continue;
    if (!oldest || monthOf(pointer) !== month) return { part: { month: monthOf(pointer) }, by };
    return { part: { month, before: positionOf(oldest) }, by };
  }
  return { part: undefined, by };
}

/**
 * The part that ends where this one begins. Which that is shows from where parts are sure to begin: below an article
 * that ends one, or with a month. `leadsHere`: parts from there on come to the beginning of this one. `first` is the
 * first pointer in it.
 */
async function newerPart(
  feeds: FeedStore,
  feed: string,
  { month, before }: ArchivePart,
  first: Pointer | undefined,
  now: string,
): Promise<Neighbour & { leadsHere: boolean }> {
  const above: Pointer[] = [];
  let oldest: Pointer | undefined;
  let end: Pointer | undefined;
  for await (const pointer of feeds.from(feed, before ?? monthAfter(month), now)) {
    if (oldest && monthOf(pointer) !== monthOf(oldest)) break;
    if (oldest && endsPart(pointer)) {
      end = pointer;
      break;
    }
    above.push(pointer);
    if (isIn(pointer)) oldest ??= pointer;
  }
  if (!oldest) return { part: undefined, by: above, leadsHere: false };

  const begins = partBeginnings();
  let last = end;
  let beginsBelow = end;
  for (const pointer of above.toReversed()) {
    if (begins(pointer)) beginsBelow = last;
    last = pointer;
    if (pointer === oldest) break;
  }
  const part = { month: monthOf(oldest), ...(beginsBelow && { before: positionOf(beginsBelow) }) };
  const by = [oldest, ...(end ? [end] : []), ...above.filter((pointer) => !isIn(pointer))];
  return { part, by, leadsHere: before !== undefined && leadsTo(before, above, first) };
}

function leadsTo(before: string, above: Pointer[], first: Pointer | undefined): boolean {
  const [last] = above;
  if (!last || !first || positionOf(last) !== before) return false;
  const begins = partBeginnings();
  for (const pointer of above.toReversed()) begins(pointer);
  return begins(first);
}

function changeOf({ publishedAt, updatedAt, removedAt }: Pointer): number {
  return Math.max(Date.parse(publishedAt), updatedAt, removedAt ?? 0);
}

/** `2026-12` → `2027-01` */
function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
