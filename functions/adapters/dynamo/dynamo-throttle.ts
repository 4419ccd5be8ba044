import { HOUR_SECONDS } from '../../shared/clock.ts';
import type { Throttle } from '../../shared/throttle.ts';
import { isNewOrExpired, putIf, secondsOf, type Table, updateIf } from './dynamo-client.ts';
import { throttleKey } from './dynamo-keys.ts';

export function dynamoThrottle(table: Table): Throttle {
  return {
    async underLimit(key, max, now, window = HOUR_SECONDS) {
      const seconds = secondsOf(now);
      const first = { ...throttleKey(key), n: 1, expiresAt: seconds + window };
      if (await putIf(table, first, isNewOrExpired(now))) return true;
      // The condition of the write itself compares the count, so twenty requests at once cannot all read the same
      // number.
      const counted = await updateIf(table, throttleKey(key), {
        UpdateExpression: 'ADD n :one',
        ConditionExpression: 'n < :max AND expiresAt > :now',
        ExpressionAttributeValues: { ':one': 1, ':max': max, ':now': seconds },
      });
      return counted !== undefined;
    },
  };
}
