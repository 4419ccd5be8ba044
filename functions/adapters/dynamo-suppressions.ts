import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Suppression } from '../subscribers/subscriber.ts';
import type { SuppressionStore } from '../subscribers/suppression.ts';
import { holds, type Table } from './dynamo-client.ts';
import { suppressionKey } from './dynamo-keys.ts';

export function dynamoSuppressions({ client, name }: Table): SuppressionStore {
  return {
    async get(hash) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: suppressionKey(hash), ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const { pk, sk, ...suppression } = Item;
      return suppression as Suppression;
    },

    lift: (hash, { reason, at }) =>
      holds(
        client.send(
          new DeleteCommand({
            TableName: name,
            Key: suppressionKey(hash),
            ConditionExpression: 'reason = :reason AND #at = :at',
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: { ':reason': reason, ':at': at },
          }),
        ),
      ),
  };
}
