import type { Article } from '../../articles/article.ts';
import type { ArticleStore, StoredReply, WriteResult } from '../../articles/article-store.ts';
import { feedsOf } from '../../feeds/feed-key.ts';
import {
  articlePut,
  indexItems,
  pointerItems,
  replyPut,
  touchedFeeds,
  translationItems,
} from './dynamo-article-items.ts';
import { getItem, getItems, gunzipped, gzipped, type Item, isLive, type Table } from './dynamo-client.ts';
import {
  AFTER_ANY_ID,
  ARTICLE_LIST,
  articleKey,
  EMBARGOES,
  embargoKey,
  isStorableKey,
  publicPartition,
  replyKey,
  timeOf,
  translationPartition,
  withoutPrefix,
} from './dynamo-keys.ts';
import {
  ConditionsFailed,
  outboxPut,
  queried,
  queryItems,
  queryPage,
  transact,
  transactIf,
} from './dynamo-requests.ts';

/**
 * DynamoDB takes items of up to 409,600 bytes, keys included. The pointers of an article in feeds, and the reply to its
 * request, are items of their own.
 */
const MAX_PACKED_BYTES = 380_000;

/** The most translations of one story. Even the largest newsrooms publish in fewer languages. */
const MAX_TRANSLATIONS = 100;

/**
 * Stores articles in the table. `languages` are the languages of the publication, which decide in which language feed a
 * story is.
 */
export function dynamoArticles(table: Table, languages: string[]): ArticleStore {
  const { name } = table;

  return {
    async get(id) {
      if (!isStorableKey(articleKey(id))) return undefined;
      const item = await getItem(table, articleKey(id));
      return item && articleOf(item);
    },

    async getMany(ids, consistency) {
      return (await getItems(table, ids.map(articleKey), consistency)).map(articleOf);
    },

    async write(change): Promise<WriteResult> {
      const packed = gzipped(change.next);
      const reply = change.reply && gzipped(change.reply);
      const bytes = Math.max(packed.byteLength, reply?.byteLength ?? 0);
      if (bytes > MAX_PACKED_BYTES) return { kind: 'too-large', bytes, limitBytes: MAX_PACKED_BYTES };
      const outboxId = `${change.next.updatedAt}#${change.next.id}#${change.next.version}`;
      const items = [
        articlePut(name, change, packed),
        ...(change.reply && reply ? [replyPut(name, change.reply.key, reply, change.now)] : []),
        ...indexItems(name, change),
        ...translationItems(name, change),
        ...pointerItems(name, change, languages),
        outboxPut(name, outboxId, {
          kind: 'article-changed',
          articleId: change.next.id,
          version: change.next.version,
          retracted: change.next.retractedAt !== undefined,
          feeds: touchedFeeds(change, languages),
        }),
      ];
      try {
        await transact(table, items);
        return { kind: 'written', outboxId };
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        return { kind: change.reply && error.failed.includes(1) ? 'key-taken' : 'version-conflict' };
      }
    },

    async reply(key, now) {
      const item = await getItem(table, replyKey(key));
      return isLive(item, now) ? gunzipped<StoredReply>(item.z) : undefined;
    },

    async list(cursor, limit) {
      const range = cursor ? { below: cursor } : undefined;
      const page = await queryPage(table, { pk: ARTICLE_LIST, sk: range, descending: true }, limit);
      const ids = page.items.map(({ sk }) => withoutPrefix(sk));
      return {
        articles: await this.getMany(ids, { consistent: true }),
        next: page.last && String(page.last.sk),
      };
    },

    async translationsOf(id) {
      const items = await queryItems(table, { pk: translationPartition(id) }, MAX_TRANSLATIONS);
      return items.map(({ sk }) => String(sk));
    },

    async *publicBetween(after, until) {
      const sk = { from: `${after}${AFTER_ANY_ID}`, to: `${until}${AFTER_ANY_ID}` };
      for (const month of monthsDown(until, after)) {
        const items = queried(table, { pk: publicPartition(month), sk, descending: true });
        for await (const { sk, publishedAt } of items)
          yield { id: withoutPrefix(sk), ...(typeof publishedAt === 'string' && { publishedAt }) };
      }
    },

    async releasedBy(now, limit) {
      const ended = { pk: EMBARGOES, sk: { below: `${now}${AFTER_ANY_ID}` }, consistent: false };
      const items = await queryItems(table, ended, limit);
      return items.map(({ sk }) => ({ due: timeOf(sk), id: withoutPrefix(sk) }));
    },

    async announce({ id, due }, now) {
      const outboxId = `${now}#${id}#released`;
      const article = await this.get(id);
      const isAnnounced = await transactIf(table, [
        {
          Delete: {
            TableName: name,
            Key: embargoKey(due, id),
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
        outboxPut(name, outboxId, {
          kind: 'article-changed',
          articleId: id,
          version: article?.version ?? 0,
          retracted: false,
          feeds: article ? feedsOf(article, languages) : [],
        }),
      ]);
      // If nothing was written, another sweep has announced the article first, or an edit has moved its date.
      return isAnnounced ? outboxId : undefined;
    },
  };
}

function articleOf({ z }: Item): Article {
  return gunzipped<Article>(z);
}

/** Returns the months (`yyyy-mm`) from `until` back to `after`, at most ten years of them. */
function monthsDown(until: string, after: string): string[] {
  const months: string[] = [];
  const last = after.slice(0, 7);
  let [year, month] = until.slice(0, 7).split('-').map(Number) as [number, number];
  while (months.length < 120) {
    const name = `${year}-${String(month).padStart(2, '0')}`;
    if (name < last) break;
    months.push(name);
    month -= 1;
    if (month === 0) [year, month] = [year - 1, 12];
  }
  return months;
}
