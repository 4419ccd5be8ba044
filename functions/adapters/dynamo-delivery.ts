import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Batch } from '../delivery/batch.ts';
import type { DeliveryStore, PlanProgress } from '../delivery/delivery-store.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import { type Item, queried, type Table, transactIf, updateIf } from './dynamo-client.ts';
import { batchKey, issueKey, issuePartition, type Key, pendingKey, planKey } from './dynamo-keys.ts';

export function dynamoDelivery(table: Table): DeliveryStore {
  const { client, name } = table;
  const get = async (Key: Key): Promise<Item | undefined> =>
    (await client.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }))).Item;

  return {
    async progress({ edition, slot }, shard) {
      const item = await get(planKey(edition, slot, shard));
      return item && (fieldsOf(item) as PlanProgress);
    },

    putBatches(ref, shard, previous, next, batches) {
      const { edition, slot } = ref;
      return transactIf(table, [
        {
          Put: {
            TableName: name,
            Item: { ...planKey(edition, slot, shard), ...next },
            ConditionExpression: previous
              ? 'batches = :batches AND done = :no AND (#after = :after OR attribute_not_exists(#after))'
              : 'attribute_not_exists(pk)',
            ...(previous && {
              ExpressionAttributeNames: { '#after': 'after' },
              ExpressionAttributeValues: {
                ':batches': previous.batches,
                ':no': false,
                ':after': previous.after ?? '',
              },
            }),
          },
        },
        ...batches.flatMap(({ id, ...batch }) => [
          { Put: { TableName: name, Item: { ...batchKey(edition, slot, id), ...batch } } },
          { Put: { TableName: name, Item: pendingKey(edition, slot, id) } },
        ]),
        {
          Update: {
            TableName: name,
            Key: issueKey(edition, slot),
            UpdateExpression: 'ADD batches :batches, planned :planned, shardsPlanned :shards',
            ExpressionAttributeValues: {
              ':batches': batches.length,
              ':planned': batches.reduce((sum, { subscriberIds }) => sum + subscriberIds.length, 0),
              ':shards': next.done ? 1 : 0,
            },
          },
        },
      ]);
    },

    async claim({ edition, slot }, batch, now, leaseUntil) {
      const item = await updateIf(table, batchKey(edition, slot, batch), {
        UpdateExpression: 'SET leaseUntil = :until ADD attempts :one',
        ConditionExpression:
          'attribute_exists(pk) AND attribute_not_exists(outcome) AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
        ExpressionAttributeValues: { ':until': leaseUntil, ':now': now, ':one': 1 },
      });
      return item && ({ ...fieldsOf(item), id: batch } as Batch);
    },

    async freeze({ edition, slot }, batch, { recipients, payloadHash, frozenAt }) {
      const item = await updateIf(table, batchKey(edition, slot, batch), {
        UpdateExpression: 'SET recipients = :recipients, payloadHash = :hash, frozenAt = :at',
        ConditionExpression: 'attribute_not_exists(recipients) AND attribute_not_exists(outcome)',
        ExpressionAttributeValues: { ':recipients': recipients, ':hash': payloadHash, ':at': frozenAt },
      });
      return item !== undefined;
    },

    async postpone({ edition, slot }, batch, until) {
      await updateIf(table, batchKey(edition, slot, batch), {
        UpdateExpression: 'SET leaseUntil = :until',
        ConditionExpression: 'attribute_not_exists(outcome)',
        ExpressionAttributeValues: { ':until': until },
      });
    },

    settle({ edition, slot }, batch, outcome, tally) {
      return transactIf(table, [
        {
          Update: {
            TableName: name,
            Key: batchKey(edition, slot, batch),
            UpdateExpression: 'SET outcome = :outcome REMOVE leaseUntil',
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(outcome)',
            ExpressionAttributeValues: { ':outcome': outcome },
          },
        },
        { Delete: { TableName: name, Key: pendingKey(edition, slot, batch) } },
        {
          Update: {
            TableName: name,
            Key: issueKey(edition, slot),
            UpdateExpression: 'ADD batchesDone :one, sent :sent, failed :failed, #left :left',
            ExpressionAttributeNames: { '#left': 'left' },
            ExpressionAttributeValues: {
              ':one': 1,
              ':sent': tally.sent,
              ':failed': tally.failed,
              ':left': tally.left,
            },
          },
        },
      ]);
    },

    async unsettled({ edition, slot }: IssueRef) {
      const batches: string[] = [];
      const pending = queried(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :pending)',
        ExpressionAttributeValues: { ':pk': issuePartition(edition, slot), ':pending': PENDING },
      });
      for await (const { sk } of pending) batches.push(String(sk).slice(PENDING.length));
      return batches;
    },
  };
}

const PENDING = 'PENDING#';

function fieldsOf({ pk, sk, ...fields }: Item): Item {
  return fields;
}
