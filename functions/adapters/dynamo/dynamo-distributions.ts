import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { DAY_SECONDS } from '../../shared/clock.ts';
import type { SubscriptionRequest } from '../../websub/subscription.ts';
import type { DistributionStore, Sent, VerificationStore } from '../../websub/websub-store.ts';
import {
  holds,
  isLive,
  queried,
  type Table,
  type TransactItem,
  transactIf,
  updateIf,
} from './dynamo-client.ts';
import { distributedFeed, dueKey, runKey, topicKey, verificationKey } from './dynamo-keys.ts';

/** Which feeds are to be distributed, and how far those are that are under way. */
export function dynamoDistributions(table: Table): DistributionStore {
  const { client, name } = table;

  return {
    markDue(feed, at) {
      return holds(
        client.send(
          new PutCommand({
            TableName: name,
            Item: { ...dueKey(feed), at },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
    },

    async dueAt(feed) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: dueKey(feed), ConsistentRead: true }),
      );
      return Item?.at as number | undefined;
    },

    async takeUp(feed, holder, now, until) {
      const left = await updateIf(table, runKey(feed), {
        UpdateExpression: 'SET holder = :holder, leaseUntil = :until',
        ConditionExpression: 'attribute_exists(pk) AND leaseUntil <= :now',
        ExpressionAttributeValues: { ':holder': holder, ':until': until, ':now': now },
      });
      if (left) return { feed, holder, ...(left.after !== undefined && { after: String(left.after) }) };
      const isNew = await transactIf(table, [
        {
          Delete: {
            TableName: name,
            Key: dueKey(feed),
            ConditionExpression: '#at <= :now',
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: { ':now': now },
          },
        },
        {
          Put: {
            TableName: name,
            Item: { ...runKey(feed), holder, leaseUntil: until },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
      ]);
      return isNew ? { feed, holder } : undefined;
    },

    async progress({ feed, holder, after }, until) {
      const update = new UpdateCommand({
        TableName: name,
        Key: runKey(feed),
        UpdateExpression: `SET leaseUntil = :until${after === undefined ? '' : ', #after = :after'}`,
        ConditionExpression: 'holder = :holder',
        ...(after !== undefined && { ExpressionAttributeNames: { '#after': 'after' } }),
        ExpressionAttributeValues: {
          ':until': until,
          ':holder': holder,
          ...(after !== undefined && { ':after': after }),
        },
      });
      return holds(client.send(update));
    },

    async sent(feed, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: topicKey(feed), ConsistentRead: true }),
      );
      return ((isLive(Item, now) && Item.sent) || {}) as Sent;
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
      // The second: the topic has gone with its last lease, and there is nobody to remember anything of.
      return (await transactIf(table, [end, remember])) || transactIf(table, [end]);
    },

    async left(before, now) {
      const feeds = new Set<string>();
      const items = queried(table, {
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: '#at <= :before OR leaseUntil <= :now',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':pk': 'DISTRIBUTIONS', ':before': before, ':now': now },
      });
      for await (const { sk } of items) feeds.add(distributedFeed(String(sk)));
      return [...feeds];
    },
  };
}

/** None is under way so long: what was never done for all that is nobody's any more. */

/** As `isLive` has it, for a condition. */
const NOT_EXPIRED = 'expiresAt > :seconds';

/**
 * Requests that wait for their callback's answer. Not in the outbox: they are strangers', as many as those like, and must
 * not stand before an editor's events when the sweep looks for what was left.
 */
export function dynamoVerifications(table: Table): VerificationStore {
  const { client, name } = table;

  return {
    async put(request, now) {
      const expiresAt = seconds(now) + DAY_SECONDS;
      await client.send(
        new PutCommand({
          TableName: name,
          Item: { ...verificationKey(request.id), request, attempts: 0, dueAt: now, expiresAt },
        }),
      );
    },

    async claim(id, now, until) {
      const item = await updateIf(table, verificationKey(id), {
        UpdateExpression: 'SET dueAt = :until ADD attempts :one',
        ConditionExpression: `dueAt <= :now AND ${NOT_EXPIRED}`,
        ExpressionAttributeValues: { ':until': until, ':now': now, ':one': 1, ':seconds': seconds(now) },
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

    async remove(id) {
      await client.send(new DeleteCommand({ TableName: name, Key: verificationKey(id) }));
    },

    async due(before, limit, now) {
      const ids: string[] = [];
      const items = queried(table, {
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: `dueAt <= :before AND ${NOT_EXPIRED}`,
        ExpressionAttributeValues: { ':pk': 'VERIFICATIONS', ':before': before, ':seconds': seconds(now) },
      });
      for await (const { sk } of items) if (ids.push(String(sk)) === limit) break;
      return ids;
    },
  };
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
