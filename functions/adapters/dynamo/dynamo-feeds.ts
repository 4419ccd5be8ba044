import { gunzipSync, gzipSync } from 'node:zlib';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type FeedStore, isIn, type Pointer, type Snapshot } from '../../feeds/feed-window.ts';
import { DAY_SECONDS } from '../../shared/clock.ts';
import { type Item, isLive, queried, type Table } from './dynamo-client.ts';
import {
  AFTER_ANY_ID,
  documentKey,
  feedPartition,
  idAfterTime,
  isStorableKey,
  type Key,
  pointerKey,
  snapshotKey,
} from './dynamo-keys.ts';

/** 409,600 bytes an item, less its keys and names. */
const MAX_DOCUMENT_BYTES = 405_000;
/** A document that nobody asked for so long is rendered again by whoever does: most archives are walked once. */
const DOCUMENT_SECONDS = 30 * DAY_SECONDS;
/** A reader that comes back later is given the whole document. */
const SNAPSHOT_SECONDS = 14 * DAY_SECONDS;

/** About a part of an archive, and no more than one read unit. */
const PAGE = 50;

export function dynamoFeeds(table: Table): FeedStore {
  const { client, name } = table;

  async function live(Key: Key, now: number): Promise<Item | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName: name, Key }));
    return isLive(Item, now) ? Item : undefined;
  }

  async function put(Key: Key, item: Item, seconds: number, now: number): Promise<void> {
    const expiresAt = Math.floor(now / 1000) + seconds;
    await client.send(new PutCommand({ TableName: name, Item: { ...Key, ...item, expiresAt } }));
  }

  return {
    async newest(feed, now, count) {
      const pointers: Pointer[] = [];
      let missing = count;
      for await (const pointer of walk(table, feed, { below: endOf(now) }, now, count)) {
        pointers.push(pointer);
        if (isIn(pointer)) missing -= 1;
        if (missing === 0) break;
      }
      return pointers;
    },

    below(feed, bound, now) {
      const end = endOf(now);
      return walk(table, feed, { below: bound < end ? bound : end }, now, PAGE);
    },

    from(feed, bound, now) {
      return walk(table, feed, { from: bound, to: endOf(now) }, now, PAGE);
    },

    async document(feed, format, encoding, now) {
      const item = await live(documentKey(feed, format, encoding), now);
      return item && { etag: String(item.etag), bytes: item.z as Uint8Array };
    },

    async putDocument(feed, format, encoding, { etag, bytes }, now) {
      if (bytes.byteLength > MAX_DOCUMENT_BYTES) return false;
      await put(documentKey(feed, format, encoding), { etag, z: bytes }, DOCUMENT_SECONDS, now);
      return true;
    },

    async snapshot(feed, format, tag, now) {
      const key = snapshotKey(feed, format, tag);
      const item = isStorableKey(key) ? await live(key, now) : undefined;
      return item && unpack(item.z as Uint8Array);
    },

    async putSnapshot(feed, format, tag, snapshot, now) {
      await put(snapshotKey(feed, format, tag), { z: pack(snapshot) }, SNAPSHOT_SECONDS, now);
    },
  };
}

type Stretch = { below: string } | { from: string; to: string };

/**
 * Pointers of a feed, strongly consistent and in pages of `Limit`: newest first below a bound, oldest first from one.
 * Those of articles that left long ago are gone, whether or not DynamoDB has deleted them.
 */
async function* walk(
  table: Table,
  feed: string,
  stretch: Stretch,
  now: string,
  Limit: number,
): AsyncGenerator<Pointer> {
  const pk = feedPartition(feed);
  if (!isStorableKey({ pk, sk: '' })) return;
  const isDown = 'below' in stretch;
  // DynamoDB refuses a range that ends before it begins.
  if (!isDown && stretch.from > stretch.to) return;
  const items = queried(table, {
    KeyConditionExpression: `pk = :pk AND ${isDown ? 'sk < :below' : 'sk BETWEEN :from AND :to'}`,
    ExpressionAttributeValues: {
      ':pk': pk,
      ...(isDown ? { ':below': stretch.below } : { ':from': stretch.from, ':to': stretch.to }),
    },
    ScanIndexForward: !isDown,
    ConsistentRead: true,
    Limit,
  });
  for await (const item of items) if (isLive(item, Date.parse(now))) yield storedPointer(item);
}

const endOf = (now: string) => `${now}${AFTER_ANY_ID}`;

function pack(snapshot: Snapshot): Uint8Array {
  return gzipSync(JSON.stringify([...snapshot]));
}

function unpack(bytes: Uint8Array): Snapshot {
  return new Map(JSON.parse(gunzipSync(bytes).toString()) as [string, number][]);
}

/**
 * A pointer as an item. Every poll reads fifty of them, and 4,096 bytes are one read unit: 81 bytes each with their
 * key. So what follows from the key or is usual is left out:
 *
 *   v   version; absent: 1
 *   s   whole seconds from its date until it was last updated; absent: 0, or it was updated before its date
 *   r   when it left the feed, milliseconds since 1970; absent: it is in
 *   m   true: it left this place for another
 *   b   blocks of its article beyond the first; absent: none
 *
 *   u   when it was updated, milliseconds since 1970; in items of the first version, instead of s
 *
 * Seconds, since all that `updatedAt` decides is Last-Modified, which has no more (RFC 9110, 5.6.7).
 */
export function pointerItem(feed: string, pointer: Pointer): Item {
  const { id, publishedAt, version, updatedAt, removedAt, moved, moreBlocks } = pointer;
  const seconds = secondOf(updatedAt) - secondOf(Date.parse(publishedAt));
  return {
    ...pointerKey(feed, publishedAt, id),
    ...(version !== 1 && { v: version }),
    ...(seconds > 0 && { s: seconds }),
    ...(removedAt !== undefined && {
      r: removedAt,
      expiresAt: Math.floor(removedAt / 1000) + LEFT_SECONDS,
    }),
    ...(moved && { m: true }),
    ...(moreBlocks && { b: moreBlocks }),
  };
}

/** `updatedAt` comes back in whole seconds, and no earlier than `publishedAt`. */
export function storedPointer({ sk, v = 1, s, u, r, m, b }: Item): Pointer {
  const key = String(sk);
  const publishedAt = key.slice(0, key.indexOf('#'));
  const published = Date.parse(publishedAt);
  return {
    id: idAfterTime(key),
    publishedAt,
    version: Number(v),
    updatedAt: u ? Number(u) : s === undefined ? published : (secondOf(published) + Number(s)) * 1000,
    ...(r !== undefined && { removedAt: Number(r) }),
    ...(m === true && { moved: true }),
    ...(b !== undefined && { moreBlocks: Number(b) }),
  };
}

/**
 * How long a feed remembers that an article left it. Each poll reads these pointers too, and a tag that was given up would
 * have nothing else.
 */
const LEFT_SECONDS = 90 * DAY_SECONDS;

const secondOf = (milliseconds: number) => Math.floor(milliseconds / 1000);
