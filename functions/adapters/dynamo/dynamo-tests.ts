import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { StoredTest, TestStore } from '../../newsletter/test-store.ts';
import { DAY_SECONDS } from '../../shared/clock.ts';
import { ConditionsFailed, getItem, isLive, type Table, transact } from './dynamo-client.ts';
import { testKey } from './dynamo-keys.ts';
import { outboxPut } from './dynamo-outbox.ts';

/** As long as the mail provider remembers the key of a request. */
const KEPT_SECONDS = DAY_SECONDS;

export function dynamoTests(table: Table): TestStore {
  const { name } = table;
  return {
    async get(id, now) {
      const item = await getItem(table, testKey(id));
      if (!isLive(item, now)) return undefined;
      return JSON.parse(brotliDecompressSync(item.z as Uint8Array).toString()) as StoredTest;
    },

    async put(test) {
      const seconds = Math.floor(Date.parse(test.askedAt) / 1000);
      const outboxId = `${test.askedAt}#test#${test.id}`;
      const z = brotliCompressSync(JSON.stringify(test), {
        params: { [constants.BROTLI_PARAM_QUALITY]: 5 },
      });
      try {
        await transact(table, [
          {
            Put: {
              TableName: name,
              Item: { ...testKey(test.id), z, expiresAt: seconds + KEPT_SECONDS },
              ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
              ExpressionAttributeValues: { ':now': seconds },
            },
          },
          outboxPut(name, outboxId, { kind: 'test-asked', testId: test.id }),
        ]);
        return outboxId;
      } catch (error) {
        if (error instanceof ConditionsFailed) return undefined;
        throw error;
      }
    },
  };
}
