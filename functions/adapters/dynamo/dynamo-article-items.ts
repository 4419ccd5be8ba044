import { type Article, isListed, isPublic } from '../../articles/article.ts';
import type { ArticleChange } from '../../articles/article-store.ts';
import { feedsOf } from '../../feeds/feed-key.ts';
import { BLOCK_BYTES, type Pointer } from '../../feeds/feed-window.ts';
import { DAY_SECONDS, isoTime } from '../../shared/clock.ts';
import type { TransactItem } from './dynamo-client.ts';
import { pointerItem } from './dynamo-feeds.ts';
import {
  articleKey,
  articleListKey,
  embargoKey,
  type Key,
  pointerKey,
  publicKey,
  replyKey,
  translationKey,
} from './dynamo-keys.ts';

/**
 * The items of one article's transaction. All belong to this article alone, so that two articles never wait for each
 * other. The most there are: 39 feeds entered and 39 left, and ten more; a transaction takes 100.
 */

/** How long an Idempotency-Key is remembered. */
const REPLY_SECONDS = DAY_SECONDS;

export function articlePut(
  TableName: string,
  { previous, next }: ArticleChange,
  z: Uint8Array,
): TransactItem {
  const Item = { ...articleKey(next.id), v: next.version, z };
  return previous
    ? {
        Put: {
          TableName,
          Item,
          ConditionExpression: 'v = :previous',
          ExpressionAttributeValues: { ':previous': previous.version },
        },
      }
    : { Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

export function replyPut(TableName: string, key: string, z: Uint8Array, now: number): TransactItem {
  const seconds = Math.floor(now / 1000);
  return {
    Put: {
      TableName,
      Item: { ...replyKey(key), z, expiresAt: seconds + REPLY_SECONDS },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': seconds },
    },
  };
}

/** The list of all, the index by when it became public, and the sweep's list of embargoes. */
export function indexItems(TableName: string, { previous, next, now }: ArticleChange): TransactItem[] {
  const items: TransactItem[] = [];
  const move = (before: Key | undefined, after: Key | undefined) => {
    if (before?.sk === after?.sk) return;
    if (before) items.push({ Delete: { TableName, Key: before } });
    if (after) items.push({ Put: { TableName, Item: after } });
  };
  const publicOf = (article: Article | undefined) =>
    article?.publicAt && isListed(article) ? publicKey(article.publicAt, article.id) : undefined;
  // By the date, not by publicAt: a story moved back into the future is announced once more.
  const embargoOf = (article: Article | undefined, at: string | undefined) =>
    article && at && isListed(article) && article.publishedAt > at
      ? embargoKey(article.publishedAt, article.id)
      : undefined;

  if (!previous) move(undefined, articleListKey(next.createdAt, next.id));
  move(publicOf(previous), publicOf(next));
  move(embargoOf(previous, previous?.updatedAt), embargoOf(next, isoTime(now)));
  return items;
}

/** The feeds whose documents it changes: those that readers saw the article in, or see it in now. */
export function touchedFeeds({ previous, next, now }: ArticleChange, languages: string[]): string[] {
  const feedsIn = (article: Article | undefined) =>
    article && isPublic(article, isoTime(now)) ? feedsOf(article, languages) : [];
  return [...new Set([...feedsIn(previous), ...feedsIn(next)])];
}

/** Where the translations of a story are found from the story. A tombstone's stays: its group is told of it. */
export function translationItems(TableName: string, { previous, next }: ArticleChange): TransactItem[] {
  if (previous?.translationOf === next.translationOf) return [];
  return [
    ...(previous?.translationOf
      ? [{ Delete: { TableName, Key: translationKey(previous.translationOf, next.id) } }]
      : []),
    ...(next.translationOf
      ? [{ Put: { TableName, Item: translationKey(next.translationOf, next.id) } }]
      : []),
  ];
}

/**
 * A pointer for each feed the article is in now. Where it was in a feed before, at that date, the pointer stays and
 * says when the article left, so that the Last-Modified of what it was in moves. One that no reader has seen just goes.
 */
export function pointerItems(
  TableName: string,
  { previous, next, now }: ArticleChange,
  languages: string[],
): TransactItem[] {
  const feedsIn = (article: Article | undefined) =>
    article && isListed(article) ? feedsOf(article, languages) : [];
  const updated = Date.parse(next.updatedAt);
  const current = feedsIn(next);
  const moreBlocks = Math.floor(Buffer.byteLength(JSON.stringify(next)) / BLOCK_BYTES);
  const put = (feed: string, publishedAt: string, more: Partial<Pointer>) => ({
    Put: {
      TableName,
      Item: pointerItem(feed, {
        id: next.id,
        version: next.version,
        updatedAt: updated,
        publishedAt,
        ...more,
      }),
    },
  });
  const left = (feed: string, before: string): TransactItem[] => {
    const stays = current.includes(feed);
    if (stays && before === next.publishedAt) return [];
    const wasSeen = before <= isoTime(now);
    if (!wasSeen) return [{ Delete: { TableName, Key: pointerKey(feed, before, next.id) } }];
    const moved = stays && next.publishedAt <= isoTime(now);
    return [put(feed, before, { removedAt: updated, moved })];
  };
  return [
    ...current.map((feed) => put(feed, next.publishedAt, { moreBlocks })),
    ...feedsIn(previous).flatMap((feed) => left(feed, previous?.publishedAt ?? '')),
  ];
}
