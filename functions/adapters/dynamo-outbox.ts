import { DeleteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Outbox, OutboxEvent } from '../outbox.ts';
import type { Table, TransactItem } from './dynamo-client.ts';
import { outboxKey } from './dynamo-keys.ts';

/** The item that puts an event beside the change it tells of, in the change's own transaction. */
export function outboxPut(TableName: string, id: string, event: OutboxEvent): TransactItem {
  return { Put: { TableName, Item: { ...outboxKey(id), event } } };
}

export function dynamoOutbox({ client, name }: Table): Outbox {
  return {
    async get(id) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: outboxKey(id), ConsistentRead: true }),
      );
      return Item?.event as OutboxEvent | undefined;
    },

    async remove(id) {
      await client.send(new DeleteCommand({ TableName: name, Key: outboxKey(id) }));
    },

    async leftBefore(before, limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk AND sk < :before',
          ExpressionAttributeValues: { ':pk': 'OUTBOX', ':before': before },
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      return Items.map((item) => ({ id: String(item.sk), event: item.event as OutboxEvent }));
    },
  };
}
