import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { HOUR_SECONDS } from '../../shared/clock.ts';
import type { Throttle } from '../../shared/throttle.ts';
import { holds, type Table } from './dynamo-client.ts';
import { throttleKey } from './dynamo-keys.ts';

export function dynamoThrottle({ client, name }: Table): Throttle {
  return {
    async underLimit(key, max, now, window = HOUR_SECONDS) {
      const seconds = Math.floor(now / 1000);
      const ended = 'attribute_not_exists(pk) OR expiresAt <= :now';
      const fresh = { ...throttleKey(key), n: 1, expiresAt: seconds + window };
      const first = new PutCommand({
        TableName: name,
        Item: fresh,
        ConditionExpression: ended,
        ExpressionAttributeValues: { ':now': seconds },
      });
      if (await holds(client.send(first))) return true;
      // Counted by its own condition: twenty at once are not twenty that have all read the same number.
      const another = new UpdateCommand({
        TableName: name,
        Key: throttleKey(key),
        UpdateExpression: 'ADD n :one',
        ConditionExpression: 'n < :max AND expiresAt > :now',
        ExpressionAttributeValues: { ':one': 1, ':max': max, ':now': seconds },
      });
      return holds(client.send(another));
    },
  };
}
