import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  TransactionCanceledException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from './dynamo-keys.ts';

/** A table, and the client it is reached by. */
export type Table = { client: DynamoDBDocumentClient; name: string };
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type Item = Record<string, unknown>;

/** `endpoint` unset: DynamoDB itself, with the credentials of the process. */
export function openTable(name: string, endpoint: string | undefined): Table {
  const elsewhere = endpoint && {
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const client = new DynamoDBClient({ ...elsewhere, maxAttempts: 5 });
  // Nobody listens to the SDK's log, for which it copies every request and answer.
  client.middlewareStack.remove('loggerMiddleware');
  return {
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    name,
  };
}

/** Makes the table where it is not there yet. Only on one machine: on AWS the stack makes it. */
export async function ensureTable({ client, name }: Table): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
      }),
    );
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await client.send(new DescribeTableCommand({ TableName: name }));
  }
}

/** Why a transaction was cancelled: the indexes of the items whose condition did not hold. */
export class ConditionsFailed extends Error {
  override name = 'ConditionsFailed';
  readonly failed: number[];
  constructor(failed: number[]) {
    super(`conditions failed on items ${failed.join(', ')}`);
    this.failed = failed;
  }
}

const TRANSACT_ATTEMPTS = 6;
const PASSING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/**
 * All items or none. A cancellation by a condition throws ConditionsFailed and is never retried here; one by another
 * transaction or by throttling passes, so it is tried again. A lost reply is the SDK's to retry, with its own token.
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
      if (!codes.some((code) => PASSING.includes(code)) || attempt === TRANSACT_ATTEMPTS) throw error;
      await pause(2 ** attempt * 10 * (0.5 + Math.random()));
    }
  }
}

/** The same; false where a condition did not hold. */
export async function transactIf(table: Table, items: TransactItem[]): Promise<boolean> {
  try {
    await transact(table, items);
    return true;
  } catch (error) {
    if (error instanceof ConditionsFailed) return false;
    throw error;
  }
}

/** An item as it is at this moment; undefined where there is none. */
export async function getItem({ client, name }: Table, key: Key): Promise<Item | undefined> {
  return (await client.send(new GetCommand({ TableName: name, Key: key, ConsistentRead: true }))).Item;
}

/** What an item holds, without where it stands and when it ends. */
export function fieldsOf({ pk, sk, expiresAt, ...fields }: Item): Item {
  return fields;
}

const BATCH_GET_LIMIT = 100;

/** The items that exist, in the order of their keys. What DynamoDB left unprocessed is asked for again. */
export async function getItems(table: Table, keys: Key[], consistent: boolean): Promise<Item[]> {
  const found = new Map<string, Item>();
  for (let start = 0; start < keys.length; start += BATCH_GET_LIMIT) {
    let wanted: Item[] = keys.slice(start, start + BATCH_GET_LIMIT);
    for (let attempt = 1; wanted.length > 0; attempt++) {
      const answer = await table.client.send(
        new BatchGetCommand({ RequestItems: { [table.name]: { Keys: wanted, ConsistentRead: consistent } } }),
      );
      for (const item of answer.Responses?.[table.name] ?? []) found.set(nameOf(item as Key), item);
      wanted = answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
      if (wanted.length > 0) await pause(Math.min(2 ** attempt * 10, 1000) * (0.5 + Math.random()));
    }
  }
  return keys.map((key) => found.get(nameOf(key))).filter((item) => item !== undefined);
}

/** Two different keys have different names: neither part of a key has a line break. */
function nameOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What a query finds, through as many pages as it takes: one ends at a megabyte. Read as far as the caller goes. */
export async function* queried(
  { client, name }: Table,
  query: Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>,
): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const page = await client.send(new QueryCommand({ TableName: name, ...query, ExclusiveStartKey: start }));
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}

/** TTL deletes late or never: an item past its time is read as gone. `now` in milliseconds. */
export function isLive(item: Item | undefined, now: number): item is Item {
  return item !== undefined && (typeof item.expiresAt !== 'number' || item.expiresAt * 1000 > now);
}

/** The item after the update; undefined where its condition did not hold. */
export async function updateIf(
  { client, name }: Table,
  Key: Key,
  update: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
): Promise<Item | undefined> {
  try {
    const command = new UpdateCommand({ TableName: name, Key, ReturnValues: 'ALL_NEW', ...update });
    return (await client.send(command)).Attributes;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** False where the condition of a write did not hold. */
export async function holds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
