import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, putItem, type Table } from '../functions/adapters/dynamo/dynamo-client.ts';
import { editionChoiceKey, memberKey, subscriberKey } from '../functions/adapters/dynamo/dynamo-keys.ts';
import { sha256 } from '../functions/shared/text.ts';
import { choiceKey, type Subscriber, shardOf } from '../functions/subscribers/subscriber.ts';
import { figure } from './benchmark.ts';
import { progress } from './progress.ts';

/**
 * Writes the items that confirmed readers have in the table, as far as sending reads them. Signing up every reader would take
 * an hour.
 */

/** BatchWriteItem takes at most 25 items. */
const ITEMS = 25;
const AT_ONCE = 8;
const SINCE = '2026-01-01T00:00:00.000Z';
/** Most readers only choose a language. One in ten chooses topics too. */
const TOPICS = [['culture'], ['harbour', 'politics'], ['business'], ['culture', 'neighbourhoods']];

export async function addReaders(table: Table, edition: string, count: number): Promise<void> {
  await rememberChoices(table, edition);
  const say = progress(`${figure(count)} readers`, count);
  let next = 0;
  const write = async () => {
    for (let start = next; start < count; start = next) {
      next += Math.floor(ITEMS / 2);
      const readers = Array.from({ length: Math.min(Math.floor(ITEMS / 2), count - start) }, (_, index) =>
        reader(edition, start + index),
      );
      await putAll(table, readers.flatMap(itemsOf));
      say(start);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
}

function reader(edition: string, index: number): Subscriber {
  const id = BigInt(`0x${sha256(`${edition} ${index}`)}`)
    .toString(36)
    .slice(0, 20);
  return {
    id,
    version: 1,
    email: `reader.number-${index}@${edition}.example`,
    language: index % 3 === 0 ? 'es' : 'en',
    editions: [edition],
    topics: index % 10 === 0 ? (TOPICS[(index / 10) % TOPICS.length] ?? []) : [],
    confirmedAt: SINCE,
    updatedAt: SINCE,
    consent: { at: SINCE, source: 'sign-up' },
  };
}

function itemsOf(subscriber: Subscriber): Item[] {
  const { id, language, topics, editions } = subscriber;
  return [
    { ...subscriberKey(id), ...subscriber },
    ...editions.map((edition) => ({ ...memberKey(edition, shardOf(id), id), language, topics })),
  ];
}

async function rememberChoices(table: Table, edition: string): Promise<void> {
  for (const language of ['en', 'es'])
    for (const topics of [[], ...TOPICS]) {
      const key = editionChoiceKey(edition, choiceKey({ language, topics }));
      await putItem(table, { ...key, language, topics });
    }
}

async function putAll({ client, name }: Table, items: Item[]): Promise<void> {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const { UnprocessedItems } = await client.send(
    new BatchWriteCommand({ RequestItems: { [name]: requests } }),
  );
  if (UnprocessedItems?.[name]?.length) throw new Error('the embedded server left items unwritten');
}
