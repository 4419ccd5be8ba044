import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Suppression } from '../../subscribers/subscriber.ts';
import type { SuppressionStore } from '../../subscribers/suppression.ts';
import { fieldsOf, getItem, holds, type Table } from './dynamo-client.ts';
import { suppressionKey } from './dynamo-keys.ts';

export function dynamoSuppressions(table: Table): SuppressionStore {
  const { client, name } = table;
  return {
    async get(hash) {
      const item = await getItem(table, suppressionKey(hash));
      return item && (fieldsOf(item) as Suppression);
    },

    lift(hash, suppression) {
      const { erasedAt } = suppression;
      const asItWas = { TableName: name, ...sameSuppression(suppression) };
      const Key = suppressionKey(hash);
      if (erasedAt === undefined) return holds(client.send(new DeleteCommand({ Key, ...asItWas })));
      const Item = { ...Key, reason: 'erased', at: erasedAt, erasedAt };
      return holds(client.send(new PutCommand({ Item, ...asItWas })));
    },
  };
}

/** The condition that an address is suppressed as it was read: an erasure since then must not get lost. */
export function sameSuppression({ reason, at, erasedAt }: Suppression) {
  const erasure = erasedAt === undefined ? 'attribute_not_exists(erasedAt)' : 'erasedAt = :erasedAt';
  return {
    ConditionExpression: `reason = :reason AND #at = :at AND ${erasure}`,
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: {
      ':reason': reason,
      ':at': at,
      ...(erasedAt !== undefined && { ':erasedAt': erasedAt }),
    },
  };
}
