import { PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  type Choice,
  type ConsentEvent,
  choiceKey,
  type Member,
  type Subscriber,
  type Suppression,
} from '../../subscribers/subscriber.ts';
import type { SubscriberStore } from '../../subscribers/subscriber-store.ts';
import { fieldsOf, getItem, getItems, type Table, transactIf } from './dynamo-client.ts';
import { dynamoErasure } from './dynamo-erasure.ts';
import {
  addressKey,
  choicePartition,
  consentPartition,
  editionChoiceKey,
  memberPartition,
  subscriberKey,
  suppressionKey,
} from './dynamo-keys.ts';
import { dynamoReaderRequests } from './dynamo-reader-requests.ts';
import {
  addressItems,
  alongItems,
  consentPut,
  memberItems,
  notSuppressed,
  queryAll,
  subscriberPut,
} from './dynamo-subscriber-items.ts';

/** Choices that a process knows to be written. */
const MOST_REMEMBERED = 10_000;

export function dynamoSubscribers(table: Table): SubscriberStore {
  const { client, name } = table;
  const remembered = new Set<string>();

  return {
    ...dynamoReaderRequests(table),
    ...dynamoErasure(table),

    async get(id) {
      let item = await getItem(table, subscriberKey(id));
      while (item?.mergedInto) item = await getItem(table, subscriberKey(String(item.mergedInto)));
      return item && (fieldsOf(item) as Subscriber);
    },

    async getMany(ids) {
      const items = await getItems(table, ids.map(subscriberKey), true);
      return items.filter((item) => !item.mergedInto).map((item) => fieldsOf(item) as Subscriber);
    },

    async idByAddress(hash) {
      return (await getItem(table, addressKey(hash)))?.subscriberId as string | undefined;
    },

    async idsByAddress(hashes) {
      const items = await getItems(table, hashes.map(addressKey), true);
      return new Map(
        items.map((item) => [String(item.pk).slice(addressKey('').pk.length), String(item.subscriberId)]),
      );
    },

    async write(previous, next, event, along = {}) {
      await rememberChoice(table, remembered, next);
      return transactIf(table, [
        subscriberPut(name, previous, next),
        ...addressItems(name, previous, next, along.merged),
        ...memberItems(name, previous, next),
        consentPut(name, next, event),
        ...alongItems(name, next, along, previous),
        ...(event.what === 'imported' ? [notSuppressed(name, next)] : []),
      ]);
    },

    async consentLog({ id, formerIds = [] }) {
      const logs = await Promise.all(
        [id, ...formerIds].map((each) => queryAll(table, consentPartition(each), {})),
      );
      const inOrder = logs.flat().sort((one, other) => (String(one.sk) < String(other.sk) ? -1 : 1));
      return inOrder.map((item) => fieldsOf(item) as ConsentEvent);
    },

    async suppress(hash, suppression) {
      await client.send(
        new PutCommand({ TableName: name, Item: { ...suppressionKey(hash), ...suppression } }),
      );
    },

    async suppressions(hashes) {
      const items = await getItems(table, [...new Set(hashes)].map(suppressionKey), true);
      return new Map(
        items.map((item) => [
          String(item.pk).slice(suppressionKey('').pk.length),
          fieldsOf(item) as Suppression,
        ]),
      );
    },

    async members(edition, shard, after, limit) {
      const items = await queryAll(table, memberPartition(edition, shard), { after, limit });
      return items.map((item) => ({
        ...(fieldsOf(item) as Omit<Member, 'subscriberId'>),
        subscriberId: String(item.sk),
      }));
    },

    async choices(edition) {
      const items = await queryAll(table, choicePartition(edition), {});
      return items.map(({ language, topics }) => ({ language, topics }) as Choice);
    },
  };
}

/**
 * Composing renders a mail for each choice that exists. They are few, so their items would be hot in every sign-up's
 * transaction; written before it, one too many is the worst that can come of a crash. None is ever taken away: what this
 * process has written it need not write again.
 */
async function rememberChoice(
  { client, name }: Table,
  remembered: Set<string>,
  { editions, language, topics }: Subscriber,
): Promise<void> {
  for (const edition of editions) {
    const key = editionChoiceKey(edition, choiceKey({ language, topics }));
    const what = `${key.pk} ${key.sk}`;
    if (remembered.has(what)) continue;
    await client.send(new PutCommand({ TableName: name, Item: { ...key, language, topics } }));
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.add(what);
  }
}
