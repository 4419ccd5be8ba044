import { DAY_SECONDS, isoTime, SKEW_MILLISECONDS } from '../../shared/clock.ts';
import { sha256 } from '../../shared/text.ts';
import type { Subscription, SubscriptionRequest } from '../../websub/subscription.ts';
import type { WebSubStore } from '../../websub/websub-store.ts';
import {
  deleteIf,
  deleteItem,
  findItems,
  getItems,
  type Item,
  isNewOrExpired,
  putIf,
  secondsOf,
  type Table,
  updateIf,
} from './dynamo-client.ts';
import {
  AFTER_ANY_ID,
  type Key,
  RETRIES,
  retryKey,
  subscriptionKey,
  subscriptionPartition,
  topicKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { queryItems, queryPage, type TransactItem, transactIf } from './dynamo-requests.ts';

/**
 * The condition that no later request for the same subscription was verified first. Ids of requests sort by their time.
 * A request that is still to come was made by a clock that was wrong, and does not count.
 */
const NOT_OVERTAKEN = 'attribute_not_exists(requestId) OR requestId < :request OR requestId > :latest';
const latestRequest = (now: number) => ({ ':latest': isoTime(now + SKEW_MILLISECONDS) });

/**
 * The item of an ended subscription stays for this long, because an earlier request could still be verified and must
 * not begin the subscription again.
 */
const ENDED_SECONDS = DAY_SECONDS;

export function dynamoWebSub(table: Table): WebSubStore {
  const { name } = table;

  return {
    async subscribe(request, now) {
      const until = now + request.leaseSeconds * 1000;
      const expiresAt = Math.ceil(until / 1000);
      // The topic is written before the subscription. After a crash between the two, a topic that seems to have a
      // subscriber costs a useless read. In the other order a subscriber would get no news.
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
          ...latestRequest(now),
          ':until': until,
          ':expiresAt': expiresAt,
          ...(secret && { ':secret': secret }),
        },
      });
      // The callback has just answered, so it works again. What it missed is delivered now and not at the booked time.
      const subscription = item && subscriptionOf(item);
      if (subscription?.retryAt && subscription.retryAt > now) await this.bookRetry(subscription, now);
    },

    async unsubscribe(request, now) {
      await updateIf(table, subscriptionKey(request.feed, placeOf(request)), {
        UpdateExpression: 'SET requestId = :request, #until = :now, expiresAt = :expiresAt REMOVE secret',
        ConditionExpression: NOT_OVERTAKEN,
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: {
          ':request': request.id,
          ...latestRequest(now),
          ':now': now,
          ':expiresAt': secondsOf(now) + ENDED_SECONDS,
        },
      });
    },

    async end({ feed, place, requestId }) {
      await deleteIf(table, subscriptionKey(feed, place), {
        ConditionExpression: 'requestId = :request',
        ExpressionAttributeValues: { ':request': requestId },
      });
    },

    async subscribed(feeds, now) {
      const items = await getItems(table, feeds.map(topicKey));
      const live = new Set(items.filter(({ until }) => Number(until) > now).map(({ pk }) => pk));
      return feeds.filter((feed) => live.has(topicKey(feed).pk));
    },

    async page(feed, after, limit, now) {
      const range = after === undefined ? undefined : { above: after };
      const page = await queryPage(table, { pk: subscriptionPartition(feed), sk: range }, limit);
      return {
        subscriptions: page.items.map(subscriptionOf).filter(({ until }) => until > now),
        last: page.last && String(page.last.sk),
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
      const cancelled = await updateIf(table, subscriptionKey(feed, place), {
        UpdateExpression: 'REMOVE retryAt, failures',
        ConditionExpression: 'retryAt = :at',
        ExpressionAttributeValues: { ':at': retryAt },
      });
      if (cancelled) await deleteItem(table, retryKey(isoTime(retryAt), feed, place));
    },

    async retryIsDue(now) {
      return (await reminders(table, now, 1)).length > 0;
    },

    async retriesDue(now, limit) {
      const due = await reminders(table, now, limit);
      const keys = due.map(({ feed, place }) => subscriptionKey(String(feed), String(place)));
      const found = await findItems(table, keys);
      const subscriptions: Subscription[] = [];
      for (const [index, { pk, sk, retryAt }] of due.entries()) {
        const subscription = found[index] && subscriptionOf(found[index]);
        if (subscription && subscription.until > now && subscription.retryAt === retryAt)
          subscriptions.push(subscription);
        // The subscription has ended, or a later delivery has succeeded, so this retry is not needed.
        else await deleteItem(table, { pk, sk } as Key);
      }
      return subscriptions;
    },
  };
}

/**
 * Extends the time for which a topic has subscribers. If the last lease has ended, the note about what the former
 * subscribers were sent is dropped, because it does not hold for the new subscriber.
 */
async function keepTopic(
  table: Table,
  feed: string,
  { until, expiresAt }: { until: number; expiresAt: number },
  now: number,
): Promise<void> {
  if (await putIf(table, { ...topicKey(feed), until, expiresAt }, isNewOrExpired(now))) return;
  await updateIf(table, topicKey(feed), {
    UpdateExpression: 'SET #until = :until, expiresAt = :expiresAt',
    ConditionExpression: '#until < :until',
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':until': until, ':expiresAt': expiresAt },
  });
}

function placeOf({ format, callback }: SubscriptionRequest): string {
  return `${format}#${sha256(callback)}`;
}

function subscriptionOf({ pk, sk, expiresAt, ...fields }: Item): Subscription {
  return {
    ...fields,
    feed: withoutPrefix(pk),
    place: String(sk),
  } as Subscription;
}

function reminders(table: Table, now: number, limit: number): Promise<Item[]> {
  return queryItems(table, { pk: RETRIES, sk: { below: `${isoTime(now)}${AFTER_ANY_ID}` } }, limit);
}
