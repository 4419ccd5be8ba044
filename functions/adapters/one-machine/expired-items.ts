import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { getItem, type Item, putItem, secondsOf, type Table } from '../dynamo/dynamo-client.ts';
import { DOCUMENTS, expiredKey, type Key } from '../dynamo/dynamo-keys.ts';
import { ConditionsFailed, MOST_TRANSACT_ITEMS, transact } from '../dynamo/dynamo-requests.ts';

/**
 * Deletes the items whose TTL has passed, because the embedded DynamoDB does not. DynamoDB Local deletes them itself, and
 * then there is nothing to delete here.
 */
export type ExpiredItems = {
  /**
   * Looks through a part of the table, and goes on there the next time. `now` is in milliseconds. Returns how many items
   * it deleted.
   */
  deleteSome(now: number): Promise<number>;
};

/**
 * A tick looks at 10,000 items, and stops earlier if it has deleted 2,000. A newspaper with 100,000 readers has half a
 * million items, so an item is deleted within an hour after its TTL. That costs a tenth of a second in each minute, and
 * half a second if much is deleted. Without these limits, everybody would wait for a million expired items.
 */
const PAGES = 20;
const MOST_DELETED = 2_000;
/**
 * The embedded server reads the whole rest of the table for a page without a limit, which takes a second and 200 MB for
 * half a million items. With this limit it takes some milliseconds.
 */
const PAGE_ITEMS = 500;

export function expiredItems(table: Table): ExpiredItems {
  return {
    async deleteSome(now) {
      const before = (await getItem(table, expiredKey()))?.after as Item | undefined;
      let after = before;
      let deleted = 0;
      for (let page = 0; page < PAGES && deleted < MOST_DELETED; page++) {
        const { keys, last } = await expiredPage(table, now, after);
        deleted += await deleteStillExpired(table, keys, now);
        after = last;
        if (!after) break;
      }
      if (after || before) await putItem(table, { ...expiredKey(), after });
      return deleted;
    },
  };
}

/**
 * Feed documents had no TTL in older versions. A document is rendered again when somebody asks for it, so those can go.
 * A token has an `expiresAt` too. It is a text, and DynamoDB takes only a number for a TTL and so does this condition.
 */
const WITHOUT_TTL = 'attribute_not_exists(expiresAt) AND begins_with(pk, :documents)';
const HAS_EXPIRED = `expiresAt <= :now OR (${WITHOUT_TTL})`;
const valuesAt = (now: number) => ({ ':now': secondsOf(now), ':documents': DOCUMENTS });

async function expiredPage({ client, name }: Table, now: number, after: Item | undefined) {
  const page = await client.send(
    new ScanCommand({
      TableName: name,
      ConsistentRead: true,
      Limit: PAGE_ITEMS,
      ExclusiveStartKey: after,
      FilterExpression: HAS_EXPIRED,
      ExpressionAttributeValues: valuesAt(now),
      ProjectionExpression: 'pk, sk',
    }),
  );
  return { keys: (page.Items ?? []) as Key[], last: page.LastEvaluatedKey };
}

/**
 * Deletes the items, except those that were written again since they were read and have not expired any more. A
 * transaction deletes them together, because the database writes to the disk once for each request.
 */
async function deleteStillExpired(table: Table, keys: Key[], now: number): Promise<number> {
  let deleted = 0;
  for (let start = 0; start < keys.length; start += MOST_TRANSACT_ITEMS) {
    let together = keys.slice(start, start + MOST_TRANSACT_ITEMS);
    while (together.length > 0) {
      try {
        await transact(
          table,
          together.map((Key) => ({
            Delete: {
              TableName: table.name,
              Key,
              ConditionExpression: HAS_EXPIRED,
              ExpressionAttributeValues: valuesAt(now),
            },
          })),
        );
        deleted += together.length;
        break;
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        const { failed } = error;
        together = together.filter((_, index) => !failed.includes(index));
      }
    }
  }
  return deleted;
}
