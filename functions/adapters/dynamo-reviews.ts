import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Decision } from '../newsletter/issue.ts';
import type { ReviewStore } from '../newsletter/review-store.ts';
import type { Table } from './dynamo-client.ts';
import { reviewKey } from './dynamo-keys.ts';

/** A partition of its own: whoever may decide on a draft need not be able to write issues. */
export function dynamoReviews({ client, name }: Table): ReviewStore {
  return {
    async decision({ edition, slot }) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: reviewKey(edition, slot), ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const { pk, sk, ...decision } = Item;
      return decision as Decision;
    },

    async decide({ edition, slot }, decision) {
      await client.send(
        new PutCommand({ TableName: name, Item: { ...reviewKey(edition, slot), ...decision } }),
      );
    },
  };
}
