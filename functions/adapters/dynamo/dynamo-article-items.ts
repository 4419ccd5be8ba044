import { type Article, isListed, isPublic } from '../../articles/article.ts';
import type { ArticleChange } from '../../articles/article-store.ts';
import { feedsOf } from '../../feeds/feed-key.ts';
import { BLOCK_BYTES, type Pointer } from '../../feeds/feed-window.ts';
import { isoTime } from '../../shared/clock.ts';
import { KEY_SECONDS } from '../../shared/idempotency-key.ts';
import { IS_NEW, isNewOrExpired, secondsOf } from './dynamo-client.ts';
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
import type { TransactItem } from './dynamo-requests.ts';

/**
 * The functions in this file make the items of the transaction that writes an article. Every item belongs to this
 * article alone, so writes of two articles never wait for each other. A change can put an article into at most 39 feeds
 * and take it out of 39, and it writes ten more items. DynamoDB takes 100 items in a transaction.
 */

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
    : { Put: { TableName, Item, ...IS_NEW } };
}

export function replyPut(TableName: string, key: string, z: Uint8Array, now: number): TransactItem {
  const Item = { ...replyKey(key), z, expiresAt: secondsOf(now) + KEY_SECONDS };
  return { Put: { TableName, Item, ...isNewOrExpired(now) } };
}

/**
 * Returns the changes to three lists: all articles, the articles by when they became public, and the embargoes that the
 * sweep has to announce.
 */
export function indexItems(TableName: string, { previous, next, now }: ArticleChange): TransactItem[] {
  const items: TransactItem[] = [];
  const move = (before: Key | undefined, after: Key | undefined) => {
    if (before?.sk === after?.sk) return;
    if (before) items.push({ Delete: { TableName, Key: before } });
    if (after) items.push({ Put: { TableName, Item: after } });
  };
  // Newsletters read the articles by when they became public. The date of the story stands beside, so that a newsletter
  // passes over a whole archive without reading its articles.
  const publicOf = (article: Article | undefined) =>
    article?.publicAt && isListed(article) && article.newsletter !== 'never'
      ? { ...publicKey(article.publicAt, article.id), publishedAt: article.publishedAt }
      : undefined;
  // The date of the story decides here and not publicAt, so a story that is moved into the future again is announced
  // again.
  const embargoOf = (article: Article | undefined, at: string | undefined) =>
    article && at && isListed(article) && article.publishedAt > at
      ? embargoKey(article.publishedAt, article.id)
      : undefined;

  if (!previous) move(undefined, articleListKey(next.createdAt, next.id));
  const [wasPublic, nowPublic] = [publicOf(previous), publicOf(next)];
  if (wasPublic && wasPublic.sk !== nowPublic?.sk)
    items.push({ Delete: { TableName, Key: { pk: wasPublic.pk, sk: wasPublic.sk } } });
  if (nowPublic && (wasPublic?.sk !== nowPublic.sk || wasPublic.publishedAt !== nowPublic.publishedAt))
    items.push({ Put: { TableName, Item: nowPublic } });
  move(embargoOf(previous, previous?.updatedAt), embargoOf(next, isoTime(now)));
  return items;
}

/** Returns the feeds whose documents change: those in which readers could see the article before, or can see it now. */
export function touchedFeeds({ previous, next, now }: ArticleChange, languages: string[]): string[] {
  const feedsIn = (article: Article | undefined) =>
    article && isPublic(article, isoTime(now)) ? feedsOf(article, languages) : [];
  return [...new Set([...feedsIn(previous), ...feedsIn(next)])];
}

/**
 * Returns the changes to the list from which an original finds its translations. A retracted translation stays in the
 * list, so that the other translations are updated when it is retracted.
 */
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
 * Returns a pointer for each feed that the article is in now. If the article has left a feed, or its place in a feed,
 * the old pointer stays and says when that happened. This moves the Last-Modified of the feed. If readers have never
 * seen the article there, because its embargo had not ended, the old pointer is deleted.
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
