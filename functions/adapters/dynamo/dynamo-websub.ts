import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { DAY_SECONDS, isoTime } from '../../shared/clock.ts';
import { sha256 } from '../../shared/text.ts';
import type { Subscription, SubscriptionRequest } from '../../websub/subscription.ts';
import type { WebSubStore } from '../../websub/websub-store.ts';
import {
  getItems,
  holds,
  type Item,
  type Table,
  type TransactItem,
  transactIf,
  updateIf,
} from './dynamo-client.ts';
import { AFTER_ANY_ID, retryKey, subscriptionKey, subscriptionPartition, topicKey } from './dynamo-keys.ts';

export function dynamoWebSub(table: Table): WebSubStore {
  const { client, name } = table;

  return {
    async subscribe(request, now) {
      const until = now + request.leaseSeconds * 1000;
      const expiresAt = Math.ceil(until / 1000);
      // First: a topic that says too long that it has subscribers costs a look, the other way round a subscriber its news.
      await keepTopic(table, request.feed, { until, expiresAt }, now);
      const { topic, callback, secret } = request;
      const item = await updateIf(table, subscriptionKey(request.feed, placeOf(request)), {
        UpdateExpression: `SET topic = :topic, callback = :callback, requestId = :request, #until = :until, expiresAt = :expiresAt${secret ? ', secret = :secret REMOVE failures' : ' REMOVE secret, failures'}`,
        ConditionExpression: NOT_OVERTAKEN,
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: {
          ':topic': topic,
          ':callback': callback,
          ':request': request.id,
          ':until': until,
          ':expiresAt': expiresAt,
          ...(secret && { ':secret': secret }),
        },
      });
      // Who has just answered is there again: what it missed does not wait for its time.
      const subscription = item && subscriptionOf(item);
      if (subscription?.retryAt && subscription.retryAt > now) await this.bookRetry(subscription, now);
    },

    async unsubscribe(request, now) {
      // It stays as one whose lease is over, longer than an earlier request could still be verified.
      await updateIf(table, subscriptionKey(request.feed, placeOf(request)), {
        UpdateExpression: 'SET requestId = :request, #until = :now, expiresAt = :expiresAt REMOVE secret',
        ConditionExpression: NOT_OVERTAKEN,
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: {
          ':request': request.id,
          ':now': now,
          ':expiresAt': Math.floor(now / 1000) + DAY_SECONDS,
        },
      });
    },

    async end({ feed, place, requestId }) {
      await holds(
        client.send(
          new DeleteCommand({
            TableName: name,
            Key: subscriptionKey(feed, place),
            ConditionExpression: 'requestId = :request',
            ExpressionAttributeValues: { ':request': requestId },
          }),
        ),
      );
    },

    async subscribed(feeds, now) {
      const items = await getItems(table, feeds.map(topicKey), true);
      const live = new Set(items.filter(({ until }) => Number(until) > now).map(({ pk }) => pk));
      return feeds.filter((feed) => live.has(topicKey(feed).pk));
    },

    async page(feed, after, limit, now) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk > :after',
          ExpressionAttributeValues: {
            ':pk': subscriptionPartition(feed),
            ...(after !== undefined && { ':after': after }),
          },
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      return {
        subscriptions: Items.map(subscriptionOf).filter(({ until }) => until > now),
        last: LastEvaluatedKey && String(LastEvaluatedKey.sk),
      };
    },

    async bookRetry({ feed, place, retryAt: before }, retryAt) {
      const isBooked = before !== undefined;
      const items: TransactItem[] = [
        {
          Update: {
            TableName: name,
            Key: subscriptionKey(feed, place),
            UpdateExpression: 'SET retryAt = :next ADD failures :one',
            ConditionExpression: `attribute_exists(requestId) AND ${isBooked ? 'retryAt = :before' : 'attribute_not_exists(retryAt)'}`,
            ExpressionAttributeValues: {
              ':next': retryAt,
              ':one': 1,
              ...(isBooked && { ':before': before }),
            },
          },
        },
        {
          Put: {
            TableName: name,
            Item: { ...retryKey(isoTime(retryAt), feed, place), feed, place, retryAt },
          },
        },
        ...(isBooked ? [{ Delete: { TableName: name, Key: retryKey(isoTime(before), feed, place) } }] : []),
      ];
      return transactIf(table, items);
    },

    async cancelRetry({ feed, place, retryAt }) {
      if (retryAt === undefined) return;
      const update = new UpdateCommand({
        TableName: name,
        Key: subscriptionKey(feed, place),
        UpdateExpression: 'REMOVE retryAt, failures',
        ConditionExpression: 'retryAt = :at',
        ExpressionAttributeValues: { ':at': retryAt },
      });
      if (!(await holds(client.send(update)))) return;
      await client.send(new DeleteCommand({ TableName: name, Key: retryKey(isoTime(retryAt), feed, place) }));
    },

    async retryIsDue(now) {
      return (await reminders(table, now, 1)).length > 0;
    },

    async retriesDue(now, limit) {
      const due = await reminders(table, now, limit);
      const keys = due.map(({ feed, place }) => subscriptionKey(String(feed), String(place)));
      const found = new Map(
        (await getItems(table, keys, true)).map((item) => [`${item.pk} ${item.sk}`, subscriptionOf(item)]),
      );
      const subscriptions: Subscription[] = [];
      for (const [index, { pk, sk, retryAt }] of due.entries()) {
        const key = keys[index];
        const subscription = key && found.get(`${key.pk} ${key.sk}`);
        if (subscription && subscription.until > now && subscription.retryAt === retryAt)
          subscriptions.push(subscription);
        // Of a subscription that has ended, or was delivered to meanwhile.
        else await client.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }));
      }
      return subscriptions;
    },
  };
}

/** A topic whose last lease is over begins anew: what its subscribers had been sent says nothing of the new one. */
async function keepTopic(
  table: Table,
  feed: string,
  { until, expiresAt }: { until: number; expiresAt: number },
  now: number,
): Promise<void> {
  const first = new PutCommand({
    TableName: table.name,
    Item: { ...topicKey(feed), until, expiresAt },
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
    ExpressionAttributeValues: { ':now': Math.floor(now / 1000) },
  });
  if (await holds(table.client.send(first))) return;
  await updateIf(table, topicKey(feed), {
    UpdateExpression: 'SET #until = :until, expiresAt = :expiresAt',
    ConditionExpression: '#until < :until',
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':until': until, ':expiresAt': expiresAt },
  });
}

/** Ids of requests begin with their time. */
const NOT_OVERTAKEN = 'attribute_not_exists(requestId) OR requestId < :request';

function placeOf({ format, callback }: SubscriptionRequest): string {
  return `${format}#${sha256(callback)}`;
}

function subscriptionOf({ pk, sk, expiresAt, ...fields }: Item): Subscription {
  return {
    ...fields,
    feed: String(pk).slice(subscriptionPartition('').length),
    place: String(sk),
  } as Subscription;
}

async function reminders({ client, name }: Table, now: number, limit: number): Promise<Item[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: 'pk = :pk AND sk <= :now',
      ExpressionAttributeValues: { ':pk': 'RETRIES', ':now': `${isoTime(now)}${AFTER_ANY_ID}` },
      Limit: limit,
      ConsistentRead: true,
    }),
  );
  return Items;
}
