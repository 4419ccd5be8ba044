import type { Pointer } from '../../feeds/feed-store.ts';
import type { Item } from './dynamo-client.ts';
import { idAfterTime, pointerKey } from './dynamo-keys.ts';

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
export function pointerOf({ sk, v = 1, s, u, r, m, b }: Item): Pointer {
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
const LEFT_SECONDS = 90 * 24 * 3600;

const secondOf = (milliseconds: number) => Math.floor(milliseconds / 1000);
