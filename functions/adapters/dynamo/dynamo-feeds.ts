import { type FeedStore, isIn, type Pointer } from '../../feeds/feed-window.ts';
import { DAY_SECONDS } from '../../shared/clock.ts';
import {
  getItem,
  gunzipped,
  gzipped,
  type Item,
  isLive,
  putItem,
  secondsOf,
  type Table,
} from './dynamo-client.ts';
import {
  AFTER_ANY_ID,
  documentKey,
  feedPartition,
  isStorableKey,
  type Key,
  pointerKey,
  snapshotKey,
  timeOf,
  withoutPrefix,
} from './dynamo-keys.ts';
import { queried, type SortKeys } from './dynamo-requests.ts';

/** DynamoDB takes items of up to 409,600 bytes. The rest is for the keys and the names of the fields. */
const MAX_DOCUMENT_BYTES = 405_000;
/**
 * Documents are stored for this long and then rendered again when somebody asks for them. Most archives are read only
 * once.
 */
const DOCUMENT_SECONDS = 30 * DAY_SECONDS;
/** A feed reader that comes back later than this gets the whole document instead of only what is new (RFC 3229). */
const SNAPSHOT_SECONDS = 14 * DAY_SECONDS;

/** This many pointers are read in one request. That is about one part of an archive, and costs one read unit. */
const PAGE = 50;

/**
 * A feed remembers for this long that an article has left it. Every poll reads these pointers too. Without a limit,
 * the feed of a tag that nobody uses any more would consist of nothing else.
 */
const LEFT_SECONDS = 90 * DAY_SECONDS;

export function dynamoFeeds(table: Table): FeedStore {
  async function live(key: Key, now: number): Promise<Item | undefined> {
    const item = await getItem(table, key, { consistent: false });
    return isLive(item, now) ? item : undefined;
  }

  return {
    async newest(feed, now, count) {
      const pointers: Pointer[] = [];
      let missing = count;
      for await (const pointer of walk(table, feed, { below: `${now}${AFTER_ANY_ID}` }, now, count)) {
        pointers.push(pointer);
        if (isIn(pointer)) missing -= 1;
        if (missing === 0) break;
      }
      return pointers;
    },

    below(feed, bound, now) {
      const end = `${now}${AFTER_ANY_ID}`;
      return walk(table, feed, { below: bound < end ? bound : end }, now, PAGE);
    },

    from(feed, bound, now) {
      return walk(table, feed, { from: bound, to: `${now}${AFTER_ANY_ID}` }, now, PAGE);
    },

    async document(feed, format, encoding, now) {
      const item = await live(documentKey(feed, format, encoding), now);
      return item && { etag: String(item.etag), bytes: item.z as Uint8Array };
    },

    async putDocument(feed, format, encoding, { etag, bytes }, now) {
      if (bytes.byteLength > MAX_DOCUMENT_BYTES) return false;
      const expiresAt = secondsOf(now) + DOCUMENT_SECONDS;
      await putItem(table, { ...documentKey(feed, format, encoding), etag, z: bytes, expiresAt });
      return true;
    },

    async snapshot(feed, format, tag, now) {
      const key = snapshotKey(feed, format, tag);
      const item = isStorableKey(key) ? await live(key, now) : undefined;
      return item && new Map(gunzipped<[string, number][]>(item.z));
    },

    putSnapshot(feed, format, tag, snapshot, now) {
      const expiresAt = secondsOf(now) + SNAPSHOT_SECONDS;
      return putItem(table, { ...snapshotKey(feed, format, tag), z: gzipped([...snapshot]), expiresAt });
    },
  };
}

/**
 * Yields the pointers in a range of a feed, strongly consistent. They come newest first below a bound, and oldest first
 * from a bound on. Pointers whose time has passed are left out, whether or not DynamoDB has deleted them.
 */
async function* walk(
  table: Table,
  feed: string,
  range: Extract<SortKeys, { below: string } | { from: string }>,
  now: string,
  pageSize: number,
): AsyncGenerator<Pointer> {
  const pk = feedPartition(feed);
  if (!isStorableKey({ pk, sk: '' })) return;
  // DynamoDB refuses a range that ends before it begins. No pointer is in such a range.
  if ('from' in range && range.from > range.to) return;
  const items = queried(table, { pk, sk: range, descending: 'below' in range }, pageSize);
  for await (const item of items) if (isLive(item, Date.parse(now))) yield storedPointer(item);
}

/**
 * Returns a pointer as it is stored. Every poll reads fifty pointers, and one read unit is 4,096 bytes, so each has at
 * most 81 bytes with its key. Whatever follows from the key, or is the usual value, is left out:
 *
 *   v   version; 1 if it is absent
 *   s   whole seconds from the date of the article to its last update; if absent, it was not updated after its date
 *   r   when it left the feed, in milliseconds since 1970; if absent, it is in the feed
 *   m   true if it left this place in the feed for another place
 *   b   how many blocks the article takes beyond the first; none if it is absent
 *
 *   u   when it was updated, in milliseconds since 1970; items of the first version have it instead of s
 *
 * Whole seconds are enough, because `updatedAt` only decides the Last-Modified header, which has seconds (RFC 9110,
 * 5.6.7).
 */
export function pointerItem(feed: string, pointer: Pointer): Item {
  const { id, publishedAt, version, updatedAt, removedAt, moved, moreBlocks } = pointer;
  const seconds = secondsOf(updatedAt) - secondsOf(Date.parse(publishedAt));
  return {
    ...pointerKey(feed, publishedAt, id),
    ...(version !== 1 && { v: version }),
    ...(seconds > 0 && { s: seconds }),
    ...(removedAt !== undefined && {
      r: removedAt,
      expiresAt: secondsOf(removedAt) + LEFT_SECONDS,
    }),
    ...(moved && { m: true }),
    ...(moreBlocks && { b: moreBlocks }),
  };
}

/** Returns the pointer that an item stores. Its `updatedAt` is in whole seconds, and never before `publishedAt`. */
export function storedPointer({ sk, v = 1, s, u, r, m, b }: Item): Pointer {
  const publishedAt = timeOf(sk);
  const published = Date.parse(publishedAt);
  return {
    id: withoutPrefix(sk),
    publishedAt,
    version: Number(v),
    updatedAt: u ? Number(u) : s === undefined ? published : (secondsOf(published) + Number(s)) * 1000,
    ...(r !== undefined && { removedAt: Number(r) }),
    ...(m === true && { moved: true }),
    ...(b !== undefined && { moreBlocks: Number(b) }),
  };
}
