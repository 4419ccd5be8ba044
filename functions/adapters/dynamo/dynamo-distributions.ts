import { DAY_SECONDS, latestWait } from '../../shared/clock.ts';
import type { SubscriptionRequest } from '../../websub/subscription.ts';
import type { DistributionStore, Sent, VerificationStore } from '../../websub/websub-store.ts';
import {
  deleteItem,
  getItem,
  IS_NEW,
  isLive,
  putIf,
  putItem,
  secondsOf,
  type Table,
  updateIf,
} from './dynamo-client.ts';
import {
  DISTRIBUTIONS,
  dueKey,
  runKey,
  topicKey,
  VERIFICATIONS,
  verificationKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { queried, type TransactItem, transactIf } from './dynamo-requests.ts';

/** Stores which feeds have to be sent to their subscribers, and how far the distributions under way have got. */
export function dynamoDistributions(table: Table): DistributionStore {
  const { name } = table;

  return {
    markDue: (feed, at) =>
      putIf(
        table,
        { ...dueKey(feed), at },
        {
          ConditionExpression: 'attribute_not_exists(pk) OR #at > :latest',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: { ':latest': latestWait(at) },
        },
      ),

    async dueAt(feed) {
      return (await getItem(table, dueKey(feed)))?.at as number | undefined;
    },

    async takeUp(feed, holder, now, until) {
      const left = await updateIf(table, runKey(feed), {
        UpdateExpression: 'SET holder = :holder, leaseUntil = :until',
        ConditionExpression: `attribute_exists(pk) AND (${isPast('leaseUntil')})`,
        ExpressionAttributeValues: { ':holder': holder, ':until': until, ...pastAt(now) },
      });
      if (left) return { feed, holder, ...(left.after !== undefined && { after: String(left.after) }) };
      const isNew = await transactIf(table, [
        {
          Delete: {
            TableName: name,
            Key: dueKey(feed),
            ConditionExpression: isPast('#at'),
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: pastAt(now),
          },
        },
        { Put: { TableName: name, Item: { ...runKey(feed), holder, leaseUntil: until }, ...IS_NEW } },
      ]);
      return isNew ? { feed, holder } : undefined;
    },

    async progress({ feed, holder, after }, until) {
      const run = await updateIf(table, runKey(feed), {
        UpdateExpression: `SET leaseUntil = :until${after === undefined ? '' : ', #after = :after'}`,
        ConditionExpression: 'holder = :holder',
        ...(after !== undefined && { ExpressionAttributeNames: { '#after': 'after' } }),
        ExpressionAttributeValues: {
          ':until': until,
          ':holder': holder,
          ...(after !== undefined && { ':after': after }),
        },
      });
      return run !== undefined;
    },

    async sent(feed, now) {
      const topic = await getItem(table, topicKey(feed));
      return ((isLive(topic, now) && topic.sent) || {}) as Sent;
    },

    async finish({ feed, holder }, sent) {
      const end: TransactItem = {
        Delete: {
          TableName: name,
          Key: runKey(feed),
          ConditionExpression: 'holder = :holder',
          ExpressionAttributeValues: { ':holder': holder },
        },
      };
      const remember: TransactItem = {
        Update: {
          TableName: name,
          Key: topicKey(feed),
          UpdateExpression: 'SET sent = :sent',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':sent': sent },
        },
      };
      // The first transaction fails if the item of the topic is gone, because its last lease has ended. Then there is
      // nothing to remember.
      return (await transactIf(table, [end, remember])) || transactIf(table, [end]);
    },

    async left(before, now) {
      const feeds = new Set<string>();
      const items = queried(table, {
        pk: DISTRIBUTIONS,
        filter: {
          FilterExpression: `#at <= :before OR #at > :latest OR ${isPast('leaseUntil')}`,
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: { ':before': before, ...pastAt(now) },
        },
        consistent: false,
      });
      for await (const { sk } of items) feeds.add(withoutPrefix(sk));
      return [...feeds];
    },
  };
}

/** The condition that a time has come, or is further away than it can be, because a clock was wrong. */
const isPast = (time: string) => `${time} <= :now OR ${time} > :latest`;
const pastAt = (now: number) => ({ ':now': now, ':latest': latestWait(now) });

/** The condition that an item's TTL has not passed, as `isLive` checks it. */
const NOT_EXPIRED = 'expiresAt > :seconds';

/** A request that its callback has not answered for this long is dropped. */
const VERIFICATION_SECONDS = DAY_SECONDS;

/**
 * Stores the WebSub requests that wait for the answer of their callback. They have a partition of their own, because
 * anybody can make as many of them as they like. In the outbox they would stand before the events of editors when the
 * sweep looks for what was left.
 */
export function dynamoVerifications(table: Table): VerificationStore {
  return {
    put(request, now) {
      const expiresAt = secondsOf(now) + VERIFICATION_SECONDS;
      return putItem(table, { ...verificationKey(request.id), request, attempts: 0, dueAt: now, expiresAt });
    },

    async claim(id, now, until) {
      const item = await updateIf(table, verificationKey(id), {
        UpdateExpression: 'SET dueAt = :until ADD attempts :one',
        ConditionExpression: `(${isPast('dueAt')}) AND ${NOT_EXPIRED}`,
        ExpressionAttributeValues: { ':until': until, ...pastAt(now), ':one': 1, ':seconds': secondsOf(now) },
      });
      return item && { ...(item.request as SubscriptionRequest), attempts: Number(item.attempts) };
    },

    async postpone(id, until) {
      await updateIf(table, verificationKey(id), {
        UpdateExpression: 'SET dueAt = :until',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':until': until },
      });
    },

    remove: (id) => deleteItem(table, verificationKey(id)),

    async due(before, limit, now) {
      const ids: string[] = [];
      const items = queried(table, {
        pk: VERIFICATIONS,
        filter: {
          FilterExpression: `(${isPast('dueAt')}) AND ${NOT_EXPIRED}`,
          ExpressionAttributeValues: { ...pastAt(before), ':seconds': secondsOf(now) },
        },
        consistent: false,
      });
      for await (const { sk } of items) if (ids.push(String(sk)) === limit) break;
      return ids;
    },
  };
}
