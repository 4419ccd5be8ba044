import type { Suppression } from '../../subscribers/subscriber.ts';
import { afterLifting, type SuppressionStore } from '../../subscribers/suppression.ts';
import { deleteIf, fieldsOf, getItem, IS_NEW, putIf, type Table } from './dynamo-client.ts';
import { addressKey, suppressionKey } from './dynamo-keys.ts';
import { type TransactItem, transactIf } from './dynamo-requests.ts';

export function dynamoSuppressions(table: Table): SuppressionStore {
  const { name: TableName } = table;
  return {
    async get(hash) {
      const item = await getItem(table, suppressionKey(hash));
      return item && (fieldsOf(item) as Suppression);
    },

    suppressWithoutReader: (hash, previous, next) =>
      transactIf(table, [
        suppressionPut(TableName, hash, previous, next),
        { ConditionCheck: { TableName, Key: addressKey(hash), ...IS_NEW } },
      ]),

    lift(hash, suppression) {
      const key = suppressionKey(hash);
      const asItWas = sameSuppression(suppression);
      const left = afterLifting(suppression);
      return left ? putIf(table, { ...key, ...left }, asItWas) : deleteIf(table, key, asItWas);
    },
  };
}

/** Returns the item that writes a suppression, on the condition that the stored one is still `previous`. */
export function suppressionPut(
  TableName: string,
  hash: string,
  previous: Suppression | undefined,
  next: Suppression,
): TransactItem {
  const Item = { ...suppressionKey(hash), ...next };
  return { Put: { TableName, Item, ...(previous ? sameSuppression(previous) : IS_NEW) } };
}

/**
 * Returns the condition that the stored suppression is still the given one, so that no erasure since the read gets
 * lost.
 */
function sameSuppression({ reason, at, erasedAt, leftAt }: Suppression) {
  const values = { ':reason': reason, ':at': at, ':erasedAt': erasedAt, ':leftAt': leftAt };
  const sameTime = (field: 'erasedAt' | 'leftAt', time: string | undefined) =>
    time === undefined ? `attribute_not_exists(${field})` : `${field} = :${field}`;
  return {
    ConditionExpression: `reason = :reason AND #at = :at AND ${sameTime('erasedAt', erasedAt)} AND ${sameTime('leftAt', leftAt)}`,
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== undefined),
    ),
  };
}
