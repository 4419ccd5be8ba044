import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Decision } from '../../newsletter/issue.ts';
import type { ReviewStore } from '../../newsletter/review-store.ts';
import { fieldsOf, getItem, type Table } from './dynamo-client.ts';
import { reviewKey } from './dynamo-keys.ts';

/** A partition of its own: whoever may decide on a draft need not be able to write issues. */
export function dynamoReviews(table: Table): ReviewStore {
  const { client, name } = table;
  return {
    async decision({ edition, slot }) {
      const item = await getItem(table, reviewKey(edition, slot));
      return item && (fieldsOf(item) as Decision);
    },

    async decide({ edition, slot }, decision) {
      await client.send(
        new PutCommand({ TableName: name, Item: { ...reviewKey(edition, slot), ...decision } }),
      );
    },
  };
}
