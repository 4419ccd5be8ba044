import { BatchWriteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { getItem, type Item, putItem } from '../../../functions/adapters/dynamo/dynamo-client.ts';
import { documentKey, throttleKey } from '../../../functions/adapters/dynamo/dynamo-keys.ts';
import { tracesOf } from '../../subscribers/traces.ts';
import { setUp, type World } from '../../support/installation.ts';
import { linkIn, postStory, subscribe } from '../../support/newsroom.ts';

const ANA = 'ana@reader.example';
const HOUR = 3600_000;

async function allItems({ table }: World): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await table.client.send(
      new ScanCommand({ TableName: table.name, ExclusiveStartKey: start, ConsistentRead: true }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** Stores throttles that ran out an hour ago. */
async function addExpired({ table, now }: World, count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, index) => ({
    ...throttleKey(`old-${index}`),
    n: 1,
    expiresAt: (now() - HOUR) / 1000,
  }));
  for (let start = 0; start < count; start += 25) {
    const puts = items.slice(start, start + 25).map((each) => ({ PutRequest: { Item: each } }));
    await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
  }
}

const oldOnes = async (world: World) =>
  (await allItems(world)).filter(({ pk }) => String(pk).startsWith('THROTTLE#old-')).length;

it('a tick deletes a sign-up that nobody has confirmed in three days, and its link is answered as before', async () => {
  const world = await setUp();
  await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['daily'] } });
  await world.queue.drain();
  const link = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
  world.pass(72 * HOUR - 1000);
  await world.tick();
  expect((await world.request(link)).status).toBe(200);
  world.pass(1000);
  expect((await world.request(link, { method: 'POST' })).status).toBe(404);
  await world.tick();
  expect(await tracesOf(world, [ANA], [])).toEqual([]);
  expect((await world.request(link, { method: 'POST' })).status).toBe(404);
});

it('after half a year without requests, ticks have deleted all that has a TTL, and nothing else', async () => {
  const world = await setUp();
  await subscribe(world, ANA);
  const story = await postStory(world, { tags: ['Ferries'] });
  await world.request('/rss.xml');
  await world.edit('POST', '/api/editions/daily/test', { to: ['desk@paper.example'] });
  await world.queue.drain();
  expect((await allItems(world)).filter(({ expiresAt }) => typeof expiresAt === 'number')).not.toEqual([]);
  world.pass(183 * 24 * HOUR);
  await world.tick();
  expect((await allItems(world)).filter(({ expiresAt }) => typeof expiresAt === 'number')).toEqual([]);
  expect((await world.edit('GET', `/api/articles/${story}`)).status).toBe(200);
  expect(await world.services.subscribers.choices('daily')).toHaveLength(1);
  expect((await world.request('/rss.xml')).status).toBe(200);
});

it('a token that has expired is kept, because its time is no TTL', async () => {
  const world = await setUp();
  const expiresAt = new Date(world.now() + HOUR).toISOString();
  const token = { name: 'CMS', scopes: ['articles:read'], expiresAt };
  expect((await world.edit('POST', '/api/tokens', token)).status).toBe(201);
  world.pass(2 * HOUR);
  await world.tick();
  const listed = await (await world.edit('GET', '/api/tokens')).text();
  expect(listed).toContain(expiresAt);
});

it('a document that an older version stored without a TTL is deleted, and rendered again when it is asked for', async () => {
  const world = await setUp();
  await postStory(world);
  const before = await (await world.request('/rss.xml')).text();
  const old = documentKey('tag:gone', 'rss', 'gzip');
  await putItem(world.table, { ...old, etag: 'old', z: new Uint8Array([1]) });
  await world.tick();
  expect(await getItem(world.table, old)).toBeUndefined();
  expect(await (await world.request('/rss.xml')).text()).toBe(before);
});

it('an item that is written again while it is about to be deleted stays, and the others are deleted', async () => {
  const world = await setUp();
  await addExpired(world, 150);
  const again = { ...throttleKey('old-7'), n: 3, expiresAt: world.now() / 1000 + 60 };
  const { client } = world.table;
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  let scans = 0;
  client.send = (async (command: object) => {
    const answer = await send(command);
    if (command instanceof ScanCommand && scans++ === 0) {
      await putItem({ ...world.table, client: { send } as never }, again);
      // DynamoDB Local deletes by TTL too, and may be faster.
      await send(
        new BatchWriteCommand({
          RequestItems: { [world.table.name]: [{ DeleteRequest: { Key: throttleKey('old-9') } }] },
        }),
      );
    }
    return answer;
  }) as typeof client.send;
  await world.tick();
  expect(scans).toBe(1);
  expect((await allItems(world)).filter(({ pk }) => String(pk).startsWith('THROTTLE#old-'))).toEqual([again]);
});

it('a tick deletes some thousand items at most, and the next tick goes on there, also after a restart', async () => {
  const world = await setUp();
  await addExpired(world, 4_200);
  const left: number[] = [];
  for (let tick = 0; tick < 2; tick++) {
    await (await setUp({ sharing: world })).tick();
    left.push(await oldOnes(world));
  }
  expect(left[0]).toBeGreaterThanOrEqual(1_700);
  expect(left.at(-1)).toBe(0);
});

it('a tick looks at ten thousand items at most, and the ticks come to all items', async () => {
  const world = await setUp();
  // These sort before the expired items, and are not expired.
  const items = Array.from({ length: 10_050 }, (_, index) => ({ pk: `A#${index}`, sk: '-' }));
  for (let start = 0; start < items.length; start += 25) {
    const puts = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    await world.table.client.send(new BatchWriteCommand({ RequestItems: { [world.table.name]: puts } }));
  }
  await addExpired(world, 10);
  await world.tick();
  expect(await oldOnes(world)).toBe(10);
  await world.tick();
  expect(await oldOnes(world)).toBe(0);
  await addExpired(world, 10);
  await world.tick();
  await world.tick();
  expect(await oldOnes(world)).toBe(0);
});
