import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { OutboxEvent } from '../../shared/outbox.ts';
import { type Consistency, type Item, pause, type Table } from './dynamo-client.ts';
import { outboxKey } from './dynamo-keys.ts';

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

/**
 * Yields the items of a query. It asks for the next page only once the caller has taken all items of the page before.
 */
export async function* queried(table: Table, query: Query, pageSize?: number): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const page = await queryPage(table, query, pageSize, start);
    yield* page.items;
    start = page.last;
  } while (start);
}

/**
 * Makes one request. A page ends after `limit` items or after a megabyte. `last` is the key of its last item, after
 * which the next page starts. It is undefined if nothing is left.
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

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A transaction was cancelled by a condition. `failed` has the indexes of the items whose condition did not hold. */
export class ConditionsFailed extends Error {
  override name = 'ConditionsFailed';
  readonly failed: number[];
  constructor(failed: number[]) {
    super(`the conditions of these items of a transaction did not hold: ${failed.join(', ')}`);
    this.failed = failed;
  }
}

/** DynamoDB takes at most this many items in a transaction. */
export const MOST_TRANSACT_ITEMS = 100;
const TRANSACT_ATTEMPTS = 6;
const TEMPORARY = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/**
 * Writes all of the items or none of them. If a condition does not hold, it throws ConditionsFailed and does not try
 * again. If another transaction or throttling was in the way, it tries again. If the reply gets lost, the SDK repeats
 * the request with the same idempotency token.
 */
export async function transact(table: Table, items: TransactItem[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems: items }));
      return;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
      const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
      if (failed.length > 0) throw new ConditionsFailed(failed);
      if (!codes.some((code) => TEMPORARY.includes(code)) || attempt === TRANSACT_ATTEMPTS) throw error;
      await pause(2 ** attempt * 10 * (0.5 + Math.random()));
    }
  }
}

/** Writes all of the items. If a condition does not hold, it writes none of them and returns false. */
export async function transactIf(table: Table, items: TransactItem[]): Promise<boolean> {
  try {
    await transact(table, items);
    return true;
  } catch (error) {
    if (error instanceof ConditionsFailed) return false;
    throw error;
  }
}

/**
 * Writes those of the items whose own condition holds, and returns how many. They are written together in transactions
 * only because that is faster: the embedded database writes to the disk once for each request.
 */
export async function transactEach(table: Table, items: TransactItem[]): Promise<number> {
  let written = 0;
  for (let start = 0; start < items.length; start += MOST_TRANSACT_ITEMS) {
    let together = items.slice(start, start + MOST_TRANSACT_ITEMS);
    while (together.length > 0) {
      try {
        await transact(table, together);
        written += together.length;
        break;
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        const { failed } = error;
        together = together.filter((_, index) => !failed.includes(index));
      }
    }
  }
  return written;
}

/**
 * Returns the item that stores an event. It belongs in the transaction that writes the change, so neither is lost
 * alone.
 */
export function outboxPut(TableName: string, id: string, event: OutboxEvent): TransactItem {
  return { Put: { TableName, Item: { ...outboxKey(id), event } } };
}
