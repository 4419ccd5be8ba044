import type { Suppression } from '../../subscribers/subscriber.ts';
import type { SuppressionStore } from '../../subscribers/suppression.ts';
import { deleteIf, fieldsOf, getItem, putIf, type Table } from './dynamo-client.ts';
import { suppressionKey } from './dynamo-keys.ts';

export function dynamoSuppressions(table: Table): SuppressionStore {
  return {
    async get(hash) {
      const item = await getItem(table, suppressionKey(hash));
      return item && (fieldsOf(item) as Suppression);
    },

    lift(hash, suppression) {
      const { erasedAt } = suppression;
      const key = suppressionKey(hash);
      const asItWas = sameSuppression(suppression);
      if (erasedAt === undefined) return deleteIf(table, key, asItWas);
      return putIf(table, { ...key, reason: 'erased', at: erasedAt, erasedAt }, asItWas);
    },
  };
}

/**
 * Returns the condition that the stored suppression is still the given one, so that no erasure since the read gets
 * lost.
 */
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
