import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, type TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { dynamoArticles } from '../../../functions/adapters/dynamo/dynamo-articles.ts';
import { getItems, type Item, isLive, type Table } from '../../../functions/adapters/dynamo/dynamo-client.ts';
import { dynamoFeeds } from '../../../functions/adapters/dynamo/dynamo-feeds.ts';
import type { Key } from '../../../functions/adapters/dynamo/dynamo-keys.ts';
import { ConditionsFailed, transact } from '../../../functions/adapters/dynamo/dynamo-requests.ts';
import { anArticle, anArticleInput } from '../../support/builders.ts';
import { setUp } from '../../support/installation.ts';

/**
 * Returns a table whose client gives these answers in turn. They are answers that DynamoDB gives under load, and the
 * embedded database never gives.
 */
function tableThat(...answers: (Item | Error)[]): Table & { sent: { input: never }[] } {
  const sent: { input: never }[] = [];
  const send = async (command: { input: never }) => {
    sent.push(command);
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { send } as unknown as Table['client'], name: 'table', sent };
}

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const ITEM = { Put: { TableName: 'table', Item: { pk: 'a', sk: '-' } } };

describe('a transaction', () => {
  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'is tried again after %s',
    async (code) => {
      const table = tableThat(cancelled('None', code), {});
      await transact(table, [ITEM]);
      expect(table.sent).toHaveLength(2);
    },
  );

  test('is given up after six conflicts', async () => {
    const table = tableThat(cancelled('TransactionConflict'));
    await expect(transact(table, [ITEM])).rejects.toThrow(TransactionCanceledException);
    expect(table.sent).toHaveLength(6);
  });

  test('is not tried again if conditions failed, and the error says which conditions', async () => {
    const table = tableThat(
      cancelled('ConditionalCheckFailed', 'None', 'ConditionalCheckFailed', 'TransactionConflict'),
    );
    const failure = await transact(table, [ITEM]).catch((error) => error);
    expect(failure).toBeInstanceOf(ConditionsFailed);
    expect(failure.failed).toEqual([0, 2]);
    expect(table.sent).toHaveLength(1);
  });

  test.each([cancelled('ValidationError'), new Error('no connection')])(
    'is not tried again after %s',
    async (error) => {
      const table = tableThat(error);
      await expect(transact(table, [ITEM])).rejects.toBe(error);
      expect(table.sent).toHaveLength(1);
    },
  );
});

describe('reading many items', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, n) => ({ pk: `k${n}`, sk: '-' }));

  test('asks again for what DynamoDB left unprocessed', async () => {
    const table = tableThat(
      {
        Responses: { table: [{ pk: 'k1', sk: '-' }] },
        UnprocessedKeys: { table: { Keys: [{ pk: 'k0', sk: '-' }] } },
      },
      { Responses: { table: [{ pk: 'k0', sk: '-' }] } },
    );
    expect((await getItems(table, keys(2))).map(({ pk }) => pk)).toEqual(['k0', 'k1']);
  });

  test('asks for a hundred items at a time, and returns them in the order of their keys', async () => {
    const { table } = await setUp();
    for (const n of [0, 99, 100, 249])
      await table.client.send(new PutCommand({ TableName: table.name, Item: { pk: `k${n}`, sk: '-' } }));
    expect((await getItems(table, keys(250))).map(({ pk }) => pk)).toEqual(['k0', 'k99', 'k100', 'k249']);
    expect(await getItems(table, [])).toEqual([]);
  });

  test('asks once for an item whose key is given twice, because DynamoDB refuses a request with equal keys', async () => {
    const { table } = await setUp();
    await table.client.send(new PutCommand({ TableName: table.name, Item: { pk: 'k1', sk: '-' } }));
    const [first, second] = keys(2) as [Key, Key];
    expect((await getItems(table, [second, first, second])).map(({ pk }) => pk)).toEqual(['k1', 'k1']);
  });
});

describe('an item past its time', () => {
  test('counts as deleted from that second on, whether or not it was deleted', () => {
    const item = { expiresAt: 100 };
    expect([isLive(item, 99_999), isLive(item, 100_000), isLive(undefined, 0), isLive({}, 1e15)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('writing an article', () => {
  const change = { previous: undefined, next: anArticle(), now: Date.parse('2026-11-22T12:30:00Z') };

  test('is one transaction of at most a hundred items, which are all of this article', async () => {
    const table = tableThat({});
    const names = (what: string, count: number) => Array.from({ length: count }, (_, n) => `${what}${n}`);
    const full = (what: string) =>
      anArticle({
        tags: names(what, 25),
        authors: names(what, 10).map((name) => ({ name })),
        section: what,
        language: what,
        translationOf: what,
      });
    const previous = {
      ...full('old'),
      publishedAt: '2027-01-01T00:00:00.000Z',
      publicAt: '2027-01-01T00:00:00.000Z',
    };
    const next = {
      ...full('new'),
      version: 2,
      publishedAt: '2028-01-01T00:00:00.000Z',
      publicAt: '2028-01-01T00:00:00.000Z',
    };
    const reply = { key: 'k', requestHash: 'h', status: 201, body: '', articleId: 'ferry', version: 2 };
    await dynamoArticles(table, ['en']).write({ previous, next, reply, now: change.now });
    const [command] = table.sent as unknown as TransactWriteCommand[];
    const TransactItems = command?.input.TransactItems;
    expect(TransactItems?.length).toBeGreaterThan(80);
    expect(TransactItems?.length).toBeLessThanOrEqual(100);
    const keys = TransactItems?.map(({ Put, Delete }) =>
      Object.values(Put?.Item ?? Delete?.Key ?? {})
        .slice(0, 2)
        .join(' '),
    );
    expect(new Set(keys).size).toBe(keys?.length);
  });

  test('stores everything or nothing', async () => {
    const { table, services, edit } = await setUp();
    await edit('PUT', '/api/articles/ferry', anArticleInput());
    const all = async () => {
      const items: Item[] = [];
      for (const pk of ['FEED#*', 'FEED#t/ferries', 'OUTBOX', 'ARTICLES', 'PUBLIC#2026-11', 'REPLY#k']) {
        const { Items = [] } = await table.client.send(
          new QueryCommand({
            TableName: table.name,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': pk },
          }),
        );
        items.push(...Items);
      }
      return items;
    };
    const before = await all();
    const reply = { key: 'k', requestHash: 'h', status: 201, body: '', articleId: 'ferry', version: 1 };
    expect(await services.articles.write({ ...change, reply })).toEqual({ kind: 'version-conflict' });
    expect(await all()).toEqual(before);
  });

  test('says which condition failed: the one on the idempotency key or the one on the version', async () => {
    const reply = { key: 'k', requestHash: 'h', status: 201, body: '', articleId: 'ferry', version: 1 };
    const write = (...codes: string[]) =>
      dynamoArticles(tableThat(cancelled(...codes)), ['en']).write({ ...change, reply });
    expect(await write('None', 'ConditionalCheckFailed')).toEqual({ kind: 'key-taken' });
    expect(await write('ConditionalCheckFailed', 'ConditionalCheckFailed')).toEqual({ kind: 'key-taken' });
    expect(await write('ConditionalCheckFailed', 'None')).toEqual({ kind: 'version-conflict' });
  });
});

test('a name that is too long for a key is not requested, because DynamoDB would refuse the request', async () => {
  const table = tableThat(new Error('ValidationException'));
  expect(await dynamoArticles(table, ['en']).get('x'.repeat(2048))).toBeUndefined();
  expect(await dynamoFeeds(table).newest(`t/${'é'.repeat(1024)}`, '2026-11-22T12:00:00.000Z', 50)).toEqual(
    [],
  );
});

test('an event whose message the queue refuses stays in the outbox, and the sweep finds it', async () => {
  const world = await setUp();
  const { send } = world.services.queue;
  world.services.queue.send = async () => {
    throw new Error('the queue is down');
  };
  expect((await world.edit('PUT', '/api/articles/a', anArticleInput())).status).toBe(201);
  world.services.queue.send = send;
  expect(world.queue.waiting()).toBe(0);
  world.pass(31_000);
  await world.sweep();
  expect(world.queue.waiting()).toBe(1);
  await world.queue.drain();
  expect(await world.services.outbox.leftBefore('2099', 10)).toEqual([]);
});

test('the item of an article is read as it was written, whatever its text is', async () => {
  const { services, table } = await setUp();
  const next = anArticle({ title: 'é👩‍👩‍👧 "\\ \u2028', html: '<p>x</p>'.repeat(10_000) });
  await services.articles.write({ previous: undefined, next, now: 0 });
  expect(await services.articles.get('ferry')).toEqual(next);
  expect(await services.articles.getMany(['ferry', 'none'], { consistent: false })).toEqual([next]);
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: { pk: 'ARTICLE#ferry', sk: '-' } }),
  );
  expect(Buffer.from(Item?.z ?? []).byteLength).toBeLessThan(2_000);
});
