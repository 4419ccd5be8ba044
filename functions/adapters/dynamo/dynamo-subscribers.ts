import {
  type Choice,
  type ConsentEvent,
  choiceKey,
  type Member,
  type Subscriber,
  type Suppression,
} from '../../subscribers/subscriber.ts';
import type { SubscriberStore } from '../../subscribers/subscriber-store.ts';
import { fieldsOf, getItem, getItems, putItem, type Table } from './dynamo-client.ts';
import { dynamoErasure } from './dynamo-erasure.ts';
import {
  addressKey,
  choicePartition,
  consentPartition,
  editionChoiceKey,
  memberPartition,
  subscriberKey,
  suppressionKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { dynamoReaderRequests } from './dynamo-reader-requests.ts';
import { queryItems, transactIf } from './dynamo-requests.ts';
import {
  addressItems,
  alongItems,
  consentPut,
  memberItems,
  notSuppressed,
  subscriberPut,
} from './dynamo-subscriber-items.ts';

/** A process remembers at most this many choices that it has written. */
const MOST_REMEMBERED = 10_000;

export function dynamoSubscribers(table: Table): SubscriberStore {
  const { name } = table;
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
      const items = await getItems(table, ids.map(subscriberKey));
      return items.filter((item) => !item.mergedInto).map((item) => fieldsOf(item) as Subscriber);
    },

    async idByAddress(hash) {
      return (await getItem(table, addressKey(hash)))?.subscriberId as string | undefined;
    },

    async idsByAddress(hashes) {
      const items = await getItems(table, hashes.map(addressKey));
      return new Map(items.map(({ pk, subscriberId }) => [withoutPrefix(pk), String(subscriberId)]));
    },

    async write(previous, next, event, along = {}) {
      await rememberChoice(table, remembered, next);
      return transactIf(table, [
        subscriberPut(name, previous, next),
        ...addressItems(name, previous, next, along.merged),
        ...memberItems(name, previous, next),
        consentPut(name, next, event),
        ...alongItems(name, next, along, previous),
        ...(event.what === 'imported' || along.lift === false ? [notSuppressed(name, next)] : []),
      ]);
    },

    async consentLog({ id, formerIds = [] }) {
      const logs = await Promise.all(
        [id, ...formerIds].map((each) => queryItems(table, { pk: consentPartition(each) })),
      );
      const inOrder = logs.flat().sort((one, other) => (String(one.sk) < String(other.sk) ? -1 : 1));
      return inOrder.map((item) => fieldsOf(item) as ConsentEvent);
    },

    suppress: (hash, suppression) => putItem(table, { ...suppressionKey(hash), ...suppression }),

    async suppressions(hashes) {
      const items = await getItems(table, hashes.map(suppressionKey));
      return new Map(items.map((item) => [withoutPrefix(item.pk), fieldsOf(item) as Suppression]));
    },

    async members(edition, shard, after, limit) {
      const range = after === undefined ? undefined : { above: after };
      const items = await queryItems(table, { pk: memberPartition(edition, shard), sk: range }, limit);
      return items.map((item) => ({
        ...(fieldsOf(item) as Omit<Member, 'subscriberId'>),
        subscriberId: String(item.sk),
      }));
    },

    async choices(edition) {
      const items = await queryItems(table, { pk: choicePartition(edition) });
      return items.map(({ language, topics }) => ({ language, topics }) as Choice);
    },
  };
}

/**
 * Writes down what a reader chose, because composing an issue renders a mail for each choice that exists. There are few
 * different choices, so as a part of the transaction their items would make sign-ups wait for each other. They are
 * written before the transaction. After a crash between the two there may be a choice that nobody has made, which does
 * no harm. A choice is never deleted, so a process does not write again what it has written.
 */
async function rememberChoice(
  table: Table,
  remembered: Set<string>,
  { editions, language, topics }: Subscriber,
): Promise<void> {
  for (const edition of editions) {
    const key = editionChoiceKey(edition, choiceKey({ language, topics }));
    const what = `${key.pk} ${key.sk}`;
    if (remembered.has(what)) continue;
    await putItem(table, { ...key, language, topics });
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.add(what);
  }
}
