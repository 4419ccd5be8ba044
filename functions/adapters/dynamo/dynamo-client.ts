import type { Agent } from 'node:http';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from './dynamo-keys.ts';

/** The table that holds everything, and the client that reaches it. */
export type Table = { client: DynamoDBDocumentClient; name: string };
export type Item = Record<string, unknown>;

/**
 * Opens the table at `endpoint`, which takes any credentials. Without an endpoint the table is in DynamoDB itself, and
 * the credentials of the process are used. `agent` opens the connections, if the endpoint can only be reached through it.
 */
export function openTable(name: string, endpoint: string | undefined, agent?: Agent): Table {
  const elsewhere = endpoint && {
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const client = new DynamoDBClient({
    ...elsewhere,
    maxAttempts: 5,
    ...(agent && { requestHandler: { httpAgent: agent } }),
  });
  // The SDK copies every request and answer for its log, and nobody reads that log. So its logger is removed.
  client.middlewareStack.remove('loggerMiddleware');
  return {
    client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    name,
  };
}

/** Creates the table if it does not exist. This is for one machine only: on AWS the stack creates the table. */
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

/** A read that is not consistent costs half, and may miss what was written in the last second. */
export type Consistency = { consistent?: boolean };

/** Reads one item, strongly consistent unless asked otherwise. Returns undefined if there is no item with this key. */
export async function getItem(
  { client, name }: Table,
  Key: Key,
  { consistent = true }: Consistency = {},
): Promise<Item | undefined> {
  const command = new GetCommand({ TableName: name, Key, ...(consistent && { ConsistentRead: true }) });
  return (await client.send(command)).Item;
}

const BATCH_GET_LIMIT = 100;

/**
 * Reads many items, and returns those that exist in the order of their keys. A key that is named twice is read once and
 * returned twice, because DynamoDB refuses a request with equal keys. Keys that DynamoDB did not get to under load are
 * asked for again.
 */
export async function getItems(
  table: Table,
  keys: Key[],
  { consistent = true }: Consistency = {},
): Promise<Item[]> {
  return (await findItems(table, keys, { consistent })).filter((item) => item !== undefined);
}

/** Reads many items like `getItems`, but returns undefined in the place of each item that does not exist. */
export async function findItems(
  table: Table,
  keys: Key[],
  { consistent = true }: Consistency = {},
): Promise<(Item | undefined)[]> {
  const found = new Map<string, Item>();
  const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  for (let start = 0; start < distinct.length; start += BATCH_GET_LIMIT) {
    let wanted: Item[] = distinct.slice(start, start + BATCH_GET_LIMIT);
    for (let attempt = 1; wanted.length > 0; attempt++) {
      const answer = await table.client.send(
        new BatchGetCommand({ RequestItems: { [table.name]: { Keys: wanted, ConsistentRead: consistent } } }),
      );
      for (const item of answer.Responses?.[table.name] ?? []) found.set(nameOf(item as Key), item);
      wanted = answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
      if (wanted.length > 0) await pause(Math.min(2 ** attempt * 10, 1000) * (0.5 + Math.random()));
    }
  }
  return keys.map((key) => found.get(nameOf(key)));
}

/**
 * Returns a text for a key. Neither part of a key contains a line break, so two different keys have different texts.
 */
function nameOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/** Returns the fields of an item without its key and its TTL. */
export function fieldsOf({ pk, sk, expiresAt, ...fields }: Item): Item {
  return fields;
}

/**
 * Decides whether an item exists and its TTL has not passed at `now` (milliseconds). DynamoDB deletes an expired item
 * up to days later, and one machine up to some hours later (`expired-items.ts`). So every read of an item with a TTL has to
 * check it.
 */
export function isLive(item: Item | undefined, now: number): item is Item {
  return item !== undefined && (typeof item.expiresAt !== 'number' || item.expiresAt * 1000 > now);
}

/** A condition on the item that is stored before a write. */
export type Condition = Pick<
  UpdateCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** The condition that no item has this key. */
export const IS_NEW = { ConditionExpression: 'attribute_not_exists(pk)' } satisfies Condition;

/** The condition that no item has this key, or that the TTL of the item has passed at `now` (milliseconds). */
export function isNewOrExpired(now: number) {
  return {
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
    ExpressionAttributeValues: { ':now': secondsOf(now) },
  } satisfies Condition;
}

/** Writes an item, and replaces the one that had its key. */
export async function putItem({ client, name }: Table, item: Item): Promise<void> {
  await client.send(new PutCommand({ TableName: name, Item: item }));
}

/** Writes an item if the condition holds. Returns false if it does not hold, and nothing is written then. */
export function putIf({ client, name }: Table, item: Item, condition: Condition): Promise<boolean> {
  return holds(client.send(new PutCommand({ TableName: name, Item: item, ...condition })));
}

/** Deletes an item. It is no error if there is no item with this key. */
export async function deleteItem({ client, name }: Table, Key: Key): Promise<void> {
  await client.send(new DeleteCommand({ TableName: name, Key }));
}

/** Deletes an item if the condition holds. Returns false if it does not hold, and nothing is deleted then. */
export function deleteIf({ client, name }: Table, Key: Key, condition: Condition): Promise<boolean> {
  return holds(client.send(new DeleteCommand({ TableName: name, Key, ...condition })));
}

async function holds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

export type Update = Omit<UpdateCommandInput, 'TableName' | 'Key'>;

/**
 * Updates an item, or creates it if it does not exist and no condition forbids that. Returns the item as it is
 * afterwards, or undefined if the condition of the update does not hold.
 */
export async function updateIf({ client, name }: Table, Key: Key, update: Update): Promise<Item | undefined> {
  try {
    const command = new UpdateCommand({ TableName: name, Key, ReturnValues: 'ALL_NEW', ...update });
    return (await client.send(command)).Attributes;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Returns whole seconds since 1970, the unit of DynamoDB's TTL. */
export function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Large values are stored as compressed JSON, because an item has at most 400 KB and DynamoDB charges by the kilobyte.
 * Articles and feeds use gzip; issues, proofs and mails use brotli. Stored items are read in the format in which they
 * were written, so neither format can be given up without rewriting them.
 */

export function gzipped(value: unknown): Uint8Array {
  return gzipSync(JSON.stringify(value));
}

export function gunzipped<T>(bytes: unknown): T {
  return JSON.parse(gunzipSync(bytes as Uint8Array).toString()) as T;
}

export function brotlied(value: unknown): Uint8Array {
  return brotliCompressSync(JSON.stringify(value), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

export function unbrotlied<T>(bytes: unknown): T {
  return JSON.parse(brotliDecompressSync(bytes as Uint8Array).toString()) as T;
}
