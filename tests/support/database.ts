import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import {
  ensureTable,
  type Item,
  openTable,
  type Table,
} from '../../functions/adapters/dynamo/dynamo-client.ts';

let tables = 0;

/** Steps of the SDK that add headers for AWS, which the embedded server does not read. */
const OF_NO_USE = ['getUserAgentMiddleware', 'hostHeaderMiddleware', 'recursionDetectionMiddleware'];

/**
 * Opens a new table in the database that all test files share, or in another one, or one that exists by its name. Each call makes a client of its
 * own, like another process.
 */
export async function openTestTable(existing?: string, endpoint = inject('database')): Promise<Table> {
  const table = openTable(existing ?? `broadsheet-${process.pid}-${++tables}`, endpoint);
  // The embedded server wants a signature and does not check it. Computing one would take a third of the processor time
  // of a request.
  table.client.config.signer = async () => ({ sign: unsigned });
  for (const name of OF_NO_USE) table.client.middlewareStack.remove(name);
  if (!existing) await ensureTable(table);
  return table;
}

/** Returns everything that is in a table of a test, in the order of the keys. */
export async function allItems({ client, name }: Table): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: name, ExclusiveStartKey: start }));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  const keyOf = ({ pk, sk }: Item) => `${pk}\n${sk}`;
  return items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

async function unsigned<Request extends { headers: Record<string, string> }>(
  request: Request,
): Promise<Request> {
  request.headers.authorization =
    'AWS4-HMAC-SHA256 Credential=local/20000101/local/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0';
  request.headers['x-amz-date'] = '20000101T000000Z';
  return request;
}
