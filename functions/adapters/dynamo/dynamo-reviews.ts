import type { Decision } from '../../newsletter/issue.ts';
import type { ReviewStore } from '../../newsletter/review-store.ts';
import { fieldsOf, getItem, putItem, type Table } from './dynamo-client.ts';
import { reviewKey } from './dynamo-keys.ts';

/**
 * Stores the decisions on drafts in partitions of their own, because the public function has to write decisions and
 * must not be able to write issues (infra/grants.ts).
 */
export function dynamoReviews(table: Table): ReviewStore {
  return {
    async decision({ edition, slot }) {
      const item = await getItem(table, reviewKey(edition, slot));
      return item && (fieldsOf(item) as Decision);
    },

    decide: ({ edition, slot }, decision) => putItem(table, { ...reviewKey(edition, slot), ...decision }),
  };
}
