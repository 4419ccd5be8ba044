import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Consistency, Item, Table } from './dynamo-client.ts';

/** Which items of one partition to read, strongly consistent unless asked otherwise. */
export type Query = Consistency & {
  pk: string;
  /** The range of sort keys. Without it, the whole partition is read. */
  sk?: SortKeys | undefined;
  /** Reads from the highest sort key downwards. */
  descending?: boolean;
  /** DynamoDB reads and charges for the items that the filter leaves out, too. */
  filter?: Pick<
    QueryCommandInput,
    'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >;
};

/** `above` and `below` leave out the bound itself. `from` and `to` include it. */
export type SortKeys =
  | { above: string }
  | { below: string }
  | { from: string; to: string }
  | { prefix: string };

/** Reads the items of a query, at most `limit` of them, in as many requests as that takes. */
export async function queryItems(
  table: Table,
  query: Query,
  limit = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await queryPage(table, query, limit - items.length, start);
    items.push(...page.items);
    start = page.last;
  } while (start && items.length < limit);
  return items;
}

/** Yields the items of a query. It asks for the next page only once the caller has taken all items of the page before. */
export async function* queried(table: Table, query: Query, pageSize?: number): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const page = await queryPage(table, query, pageSize, start);
    yield* page.items;
    start = page.last;
  } while (start);
}

/**
 * Makes one request. A page ends after `limit` items or after a megabyte. `last` is the key of its last item, after which
 * the next page starts; it is undefined if nothing is left.
 */
export async function queryPage(
  { client, name }: Table,
  { pk, sk, descending, consistent = true, filter }: Query,
  limit = Number.POSITIVE_INFINITY,
  start?: Item,
): Promise<{ items: Item[]; last: Item | undefined }> {
  const bounds = Object.entries({ pk, ...sk }).map(([bound, value]) => [`:${bound}`, value]);
  const page = await client.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: sk ? `pk = :pk AND ${conditionOn(sk)}` : 'pk = :pk',
      ...filter,
      ExpressionAttributeValues: { ...Object.fromEntries(bounds), ...filter?.ExpressionAttributeValues },
      ...(descending && { ScanIndexForward: false }),
      ...(consistent && { ConsistentRead: true }),
      ...(Number.isFinite(limit) && { Limit: limit }),
      ExclusiveStartKey: start,
    }),
  );
  return { items: page.Items ?? [], last: page.LastEvaluatedKey };
}

function conditionOn(sk: SortKeys): string {
  if ('above' in sk) return 'sk > :above';
  if ('below' in sk) return 'sk < :below';
  if ('prefix' in sk) return 'begins_with(sk, :prefix)';
  return 'sk BETWEEN :from AND :to';
}
