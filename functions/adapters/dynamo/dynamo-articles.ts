import { gunzipSync, gzipSync } from 'node:zlib';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
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
import { ConditionsFailed, getItems, type Item, isLive, type Table, transact } from './dynamo-client.ts';
import {
  AFTER_ANY_ID,
  articleKey,
  embargoKey,
  idAfterTime,
  isStorableKey,
  publicPartition,
  replyKey,
  translationPartition,
} from './dynamo-keys.ts';
import { outboxPut } from './dynamo-outbox.ts';

/** An item may have 409,600 bytes with its keys; an article's feeds and reply are items of their own. */
const MAX_PACKED_BYTES = 380_000;

/** Of one story. The languages of the world's largest newsrooms are fewer. */
const MAX_TRANSLATIONS = 100;

/** Articles on the table. `languages` are the publication's: they decide which language feed a story is in. */
export function dynamoArticles(table: Table, languages: string[]): ArticleStore {
  const { client, name } = table;

  return {
    async get(id) {
      if (!isStorableKey(articleKey(id))) return undefined;
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: articleKey(id), ConsistentRead: true }),
      );
      return Item && unpack(Item);
    },

    async getMany(ids, { consistent }) {
      return (await getItems(table, ids.map(articleKey), consistent)).map((item) => unpack(item));
    },

    async write(change): Promise<WriteResult> {
      const packed = pack(change.next);
      const reply = change.reply && pack(change.reply);
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
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: replyKey(key), ConsistentRead: true }),
      );
      return isLive(Item, now) ? unpack<StoredReply>(Item) : undefined;
    },

    async list(cursor, limit) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: cursor ? 'pk = :pk AND sk < :cursor' : 'pk = :pk',
          ExpressionAttributeValues: { ':pk': 'ARTICLES', ...(cursor && { ':cursor': cursor }) },
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      const ids = Items.map((item) => idAfterTime(String(item.sk)));
      return {
        articles: await this.getMany(ids, { consistent: true }),
        next: LastEvaluatedKey && String(LastEvaluatedKey.sk),
      };
    },

    async translationsOf(id) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': translationPartition(id) },
          Limit: MAX_TRANSLATIONS,
          ConsistentRead: true,
        }),
      );
      return Items.map(({ sk }) => String(sk));
    },

    async *publicBetween(after, until) {
      for (const month of monthsDown(until, after)) {
        let start: Item | undefined;
        do {
          const page = await client.send(
            new QueryCommand({
              TableName: name,
              KeyConditionExpression: 'pk = :pk AND sk BETWEEN :after AND :until',
              ExpressionAttributeValues: {
                ':pk': publicPartition(month),
                ':after': `${after}${AFTER_ANY_ID}`,
                ':until': `${until}${AFTER_ANY_ID}`,
              },
              ScanIndexForward: false,
              ConsistentRead: true,
              ExclusiveStartKey: start,
            }),
          );
          for (const item of page.Items ?? []) yield idAfterTime(String(item.sk));
          start = page.LastEvaluatedKey;
        } while (start);
      }
    },

    async releasedBy(now, limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk AND sk <= :now',
          ExpressionAttributeValues: { ':pk': 'EMBARGO', ':now': `${now}${AFTER_ANY_ID}` },
          Limit: limit,
        }),
      );
      return Items.map(({ sk }) => ({
        due: String(sk).slice(0, now.length),
        id: idAfterTime(String(sk)),
      }));
    },

    async announce({ id, due }, now) {
      const outboxId = `${now}#${id}#released`;
      const article = await this.get(id);
      try {
        await transact(table, [
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
        return outboxId;
      } catch (error) {
        // Another sweep was first, or an edit moved the date: nothing is left to announce.
        if (error instanceof ConditionsFailed) return undefined;
        throw error;
      }
    },
  };
}

function pack(value: object): Uint8Array {
  return gzipSync(JSON.stringify(value));
}

function unpack<T = Article>(item: Item): T {
  return JSON.parse(gunzipSync(item.z as Uint8Array).toString());
}

/** `yyyy-mm` of `until` down to that of `after`, at most ten years. */
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
