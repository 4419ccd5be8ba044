import type { Outbox, OutboxEvent } from '../../shared/outbox.ts';
import { deleteItem, getItem, type Table } from './dynamo-client.ts';
import { OUTBOX, outboxKey } from './dynamo-keys.ts';
import { queryItems } from './dynamo-requests.ts';

export function dynamoOutbox(table: Table): Outbox {
  return {
    async get(id) {
      return (await getItem(table, outboxKey(id)))?.event as OutboxEvent | undefined;
    },

    remove: (id) => deleteItem(table, outboxKey(id)),

    async leftBefore(before, limit) {
      const items = await queryItems(table, { pk: OUTBOX, sk: { below: before } }, limit);
      return items.map(({ sk, event }) => ({ id: String(sk), event: event as OutboxEvent }));
    },
  };
}
