import { crc32 } from 'node:zlib';
import { type ArchivePart, monthOf, positionOf } from './feed-key.ts';
import { type FeedStore, isIn, type PartOfFeed, type Pointer } from './feed-window.ts';

/**
 * The archive of a feed has a document for each month, and a month of many articles is divided into parts. The articles
 * themselves decide where a part ends: about one article in fifty ends one. So a new, changed or retracted article
 * changes the part that it is in and seldom another one. A feed reader that walks from part to part at that time still
 * meets every article that stays.
 */

/** How long the parts of a month are. */
export type PartSizes = {
  /** The average number of articles in a part. */
  mean: number;
  /**
   * A part has at most this many blocks of 16 KiB (`Pointer.moreBlocks`). The limit cuts parts that are long by chance or
   * have large articles.
   */
  mostBlocks: number;
  /**
   * A part has at most this many pointers, which are the entries of articles in a feed. Articles that left the feed count
   * too, because the part lists them.
   */
  mostPointers: number;
};
export const PART_SIZES: PartSizes = { mean: 50, mostBlocks: 100, mostPointers: 1000 };

/**
 * Reads a part of the archive. `feed` is the key of the feed, and `now` is ISO 8601. A month in the future and a month
 * without articles have no pointers.
 */
export async function readPart(
  feeds: FeedStore,
  feed: string,
  part: ArchivePart,
  now: string,
  sizes: PartSizes = PART_SIZES,
): Promise<PartOfFeed> {
  const pointers: Pointer[] = [];
  const begins = partBeginnings(sizes);
  for await (const pointer of feeds.below(feed, part.before ?? monthAfter(part.month), now)) {
    if (monthOf(pointer) !== part.month || begins(pointer)) break;
    pointers.push(pointer);
  }
  const [older, newer] = await Promise.all([
    olderPart(feeds, feed, part.month, pointers.at(-1), now),
    newerPart(feeds, feed, part, pointers[0], now, sizes),
  ]);
  return {
    pointers,
    older: older.part,
    newer: newer.part,
    linksChanged: Math.max(0, ...[...older.by, ...newer.by].map(changeOf)),
    isLinked: part.before === undefined || newer.leadsHere,
    isMadeUp: part.before !== undefined && !newer.isPlace,
  };
}

/** Checks whether a part is of a month that is over. Only a change of an old article changes such a part. */
export function isPast({ month }: ArchivePart, now: string): boolean {
  return month < now.slice(0, 7);
}

/**
 * Returns a function that takes the pointers of a month one by one, newest first, from the beginning of a part. It says
 * of each pointer whether the next part begins with it.
 */
function partBeginnings(sizes: PartSizes): (pointer: Pointer) => boolean {
  let [blocks, count, isOver] = [0, 0, false];
  return (pointer) => {
    const own = isIn(pointer) ? 1 + (pointer.moreBlocks ?? 0) : 0;
    const begins = count > 0 && (isOver || blocks + own > sizes.mostBlocks || count === sizes.mostPointers);
    [blocks, count] = begins ? [own, 1] : [blocks + own, count + 1];
    isOver = endsPart(pointer, sizes);
    return begins;
  };
}

/**
 * Checks whether a part ends after an article. The id alone decides, so an edit changes nothing. A removed article ends
 * no part.
 */
function endsPart(pointer: Pointer, { mean }: PartSizes): boolean {
  return isIn(pointer) && crc32(pointer.id) % mean === 0;
}

/** The part that comes before or after another one. `by` has the pointers that decided which part it is. */
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
 * Finds the part that ends where this part begins. It walks up to a place at which a part surely begins, which is below
 * an article that ends a part or at the beginning of a month, and divides the articles into parts from there down.
 * `first` is the first pointer of this part. `leadsHere` is true if one of the parts begins with this pointer, so that
 * the links of the other parts lead here. `isPlace` is true if they do or did lead here.
 */
async function newerPart(
  feeds: FeedStore,
  feed: string,
  { month, before }: ArchivePart,
  first: Pointer | undefined,
  now: string,
  sizes: PartSizes,
): Promise<Neighbour & { leadsHere: boolean; isPlace: boolean }> {
  const above: Pointer[] = [];
  let oldest: Pointer | undefined;
  let end: Pointer | undefined;
  for await (const pointer of feeds.from(feed, before ?? monthAfter(month), now)) {
    if (oldest && monthOf(pointer) !== monthOf(oldest)) break;
    if (oldest && endsPart(pointer, sizes)) {
      end = pointer;
      break;
    }
    above.push(pointer);
    if (isIn(pointer)) oldest ??= pointer;
  }
  const isPlace = before !== undefined && isPlaceOfAPart(before, above, sizes);
  if (!oldest) return { part: undefined, by: above, leadsHere: false, isPlace };

  const begins = partBeginnings(sizes);
  let last = end;
  let beginsBelow = end;
  for (const pointer of above.toReversed()) {
    if (begins(pointer)) beginsBelow = last;
    last = pointer;
    if (pointer === oldest) break;
  }
  const part = { month: monthOf(oldest), ...(beginsBelow && { before: positionOf(beginsBelow) }) };
  const by = [oldest, ...(end ? [end] : []), ...above.filter((pointer) => !isIn(pointer))];
  return { part, by, leadsHere: before !== undefined && leadsTo(before, above, first, sizes), isPlace };
}

/**
 * Checks whether a part begins below an article, or began there before the article or another one left. `above` has the
 * pointers from there up to the end of a part. Somebody who walks through the archive while it changes still asks for
 * such a place. All other places are made up.
 */
function isPlaceOfAPart(before: string, above: Pointer[], sizes: PartSizes): boolean {
  const [named] = above;
  if (!named || positionOf(named) !== before) return false;
  if (crc32(named.id) % sizes.mean === 0) return true;
  // A limit may have cut a part here, if there is enough above it. Half of the limit is enough, because articles may have
  // left since then.
  const blocks = above.reduce((sum, { moreBlocks = 0 }) => sum + 1 + moreBlocks, 0);
  return blocks * 2 >= sizes.mostBlocks || above.length * 2 >= sizes.mostPointers;
}

function leadsTo(before: string, above: Pointer[], first: Pointer | undefined, sizes: PartSizes): boolean {
  const [last] = above;
  if (!last || !first || positionOf(last) !== before) return false;
  const begins = partBeginnings(sizes);
  for (const pointer of above.toReversed()) begins(pointer);
  return begins(first);
}

function changeOf({ publishedAt, updatedAt, removedAt }: Pointer): number {
  return Math.max(Date.parse(publishedAt), updatedAt, removedAt ?? 0);
}

/** Returns the month after a month: `2027-01` for `2026-12`. */
function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
