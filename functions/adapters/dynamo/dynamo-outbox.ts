import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Outbox, OutboxEvent } from '../../shared/outbox.ts';
import { getItem, type Table, type TransactItem } from './dynamo-client.ts';
import { outboxKey } from './dynamo-keys.ts';

/** The item that puts an event beside the change it tells of, in the change's own transaction. */
export function outboxPut(TableName: string, id: string, event: OutboxEvent): TransactItem {
  return { Put: { TableName, Item: { ...outboxKey(id), event } } };
}

export function dynamoOutbox(table: Table): Outbox {
  const { client, name } = table;
  return {
    async get(id) {
      return (await getItem(table, outboxKey(id)))?.event as OutboxEvent | undefined;
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
