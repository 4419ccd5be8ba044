import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import type { World } from '../support/installation.ts';

export type StoredItem = Record<string, unknown> & { pk: string; sk: string };

/** Every item of the whole table in which an address, its hash or a subscriber's id is to be found. */
export async function tracesOf(world: World, addresses: string[], ids: string[]): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { client, name } = world.table;
    const page = await client.send(new ScanCommand({ TableName: name, ExclusiveStartKey: start }));
    items.push(...((page.Items ?? []) as StoredItem[]));
    start = page.LastEvaluatedKey;
  } while (start);
  const words = [...addresses, ...addresses.map(addressHash), ...ids];
  return items.filter((item) => words.some((word) => JSON.stringify(item).includes(word)));
}
