import { isoTime, latestWait } from '../../shared/clock.ts';
import { isKnownEvent, type Outbox, type OutboxEntry, type OutboxEvent } from '../../shared/outbox.ts';
import { deleteItem, getItem, type Table, updateIf } from './dynamo-client.ts';
import { OUTBOX, outboxKey } from './dynamo-keys.ts';
import { queried } from './dynamo-requests.ts';

export function dynamoOutbox(table: Table): Outbox {
  return {
    async get(id) {
      return (await getItem(table, outboxKey(id)))?.event as OutboxEvent | undefined;
    },

    remove: (id) => deleteItem(table, outboxKey(id)),

    async leftBefore(before, limit) {
      // A clock that was wrong may have written events at a time that is still to come.
      const latest = isoTime(latestWait(Date.parse(before)));
      const entries: OutboxEntry[] = [];
      let known = 0;
      for (const sk of [{ below: before }, { above: latest }]) {
        for await (const item of queried(table, { pk: OUTBOX, sk }, limit)) {
          const event = item.event as OutboxEvent;
          const { toldAt } = item as { toldAt?: string };
          entries.push({ id: String(item.sk), event, ...(toldAt !== undefined && { toldAt }) });
          if (isKnownEvent(event)) known += 1;
          if (known === limit) return entries;
        }
      }
      return entries;
    },

    async markTold(id, at) {
      await updateIf(table, outboxKey(id), {
        UpdateExpression: 'SET toldAt = :at',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': at },
      });
    },
  };
}
