import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DistributionStore, Sent } from '../../websub/websub-store.ts';
import {
  holds,
  isLive,
  queried,
  type Table,
  type TransactItem,
  transactIf,
  updateIf,
} from './dynamo-client.ts';
import { distributedFeed, dueKey, runKey, topicKey } from './dynamo-keys.ts';

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
