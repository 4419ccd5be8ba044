import { crc32 } from 'node:zlib';
import { type ArchivePart, positionOf } from './feed-key.ts';
import { type FeedStore, isIn, type Pointer } from './feed-store.ts';

/**
 * The archive of a feed: a document a month, and a month of many articles in parts. Where a part ends is decided by
 * the articles themselves, one in fifty ends one: so a new, changed or retracted article changes the part that it is in
 * and no other, and whoever walks from part to part while articles come and go meets every one that stays.
 */

/** Articles of a part, in the mean. */
const MEAN = 50;
/** A part that chance made long is cut here. */
const MOST = 200;
/** The same with those that left, which a part lists too. */
const MOST_POINTERS = 1000;

/** What a part holds, and the parts before and behind it. */
export type PartOfFeed = {
  pointers: Pointer[];
  older: ArchivePart | undefined;
  newer: ArchivePart | undefined;
  /** Milliseconds: the latest change that the two links may have come with. */
  linksChanged: number;
};

/** `feed` is its key, `now` ISO 8601. A month in the future, and one that never had an article, has no pointers. */
export async function readPart(
  feeds: FeedStore,
  feed: string,
  part: ArchivePart,
  now: string,
): Promise<PartOfFeed> {
  const pointers: Pointer[] = [];
  let articles = 0;
  for await (const pointer of feeds.below(feed, part.before ?? monthAfter(part.month), now)) {
    if (monthOf(pointer) !== part.month) break;
    pointers.push(pointer);
    if (isIn(pointer)) articles += 1;
    if (endsPart(pointer) || articles === MOST || pointers.length === MOST_POINTERS) break;
  }
  const oldest = pointers.at(-1);
  const [older, newer] = await Promise.all([
    olderPart(feeds, feed, part.month, oldest, now),
    newerPart(feeds, feed, part, now),
  ]);
  return {
    pointers,
    older: older.part,
    newer: newer.part,
    linksChanged: Math.max(0, ...[...older.by, ...newer.by].map(changeOf)),
  };
}

/** When the month is over, nothing but an edit of the past changes its documents. */
export function isPast({ month }: ArchivePart, now: string): boolean {
  return month < now.slice(0, 7);
}

export function monthOf({ publishedAt }: { publishedAt: string }): string {
  return publishedAt.slice(0, 7);
}

/** `by`: the articles that it was found by. */
type Neighbour = { part: ArchivePart | undefined; by: Pointer[] };

async function olderPart(
  feeds: FeedStore,
  feed: string,
  month: string,
  oldest: Pointer | undefined,
  now: string,
): Promise<Neighbour> {
  for await (const pointer of feeds.below(feed, oldest ? positionOf(oldest) : month, now)) {
    if (!isIn(pointer)) continue;
    const part =
      oldest && monthOf(pointer) === month
        ? { month, before: positionOf(oldest) }
        : { month: monthOf(pointer) };
    return { part, by: [pointer] };
  }
  return { part: undefined, by: [] };
}

/** The part that ends where this one begins: it begins below the next article that ends one, or with its month. */
async function newerPart(
  feeds: FeedStore,
  feed: string,
  { month, before }: ArchivePart,
  now: string,
): Promise<Neighbour> {
  let oldest: Pointer | undefined;
  for await (const pointer of feeds.from(feed, before ?? monthAfter(month), now)) {
    if (!isIn(pointer)) continue;
    if (oldest && monthOf(pointer) !== monthOf(oldest)) break;
    if (oldest && endsPart(pointer)) {
      return { part: { month: monthOf(oldest), before: positionOf(pointer) }, by: [oldest, pointer] };
    }
    oldest ??= pointer;
  }
  return oldest ? { part: { month: monthOf(oldest) }, by: [oldest] } : { part: undefined, by: [] };
}

/** By the id alone: an article that moves takes its end of a part along. One that left ends none. */
function endsPart(pointer: Pointer): boolean {
  return isIn(pointer) && crc32(pointer.id) % MEAN === 0;
}

function changeOf({ publishedAt, updatedAt, removedAt }: Pointer): number {
  return Math.max(Date.parse(publishedAt), updatedAt, removedAt ?? 0);
}

/** `2026-12` → `2027-01` */
function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
