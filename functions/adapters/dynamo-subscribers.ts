import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { addressHash } from '../subscribers/email-address.ts';
import {
  type Choice,
  CONFIRM_HOURS,
  type ConsentEvent,
  choiceKey,
  type Member,
  type SignUp,
  type Subscriber,
  type Suppression,
  shardOf,
} from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import {
  ConditionsFailed,
  getItems,
  type Item,
  isLive,
  type Table,
  type TransactItem,
  transact,
} from './dynamo-client.ts';
import {
  addressKey,
  choicePartition,
  consentKey,
  consentPartition,
  editionChoiceKey,
  memberKey,
  memberPartition,
  signUpKey,
  subscriberKey,
  suppressionKey,
} from './dynamo-keys.ts';
import { outboxPut } from './dynamo-outbox.ts';

const HOUR_SECONDS = 3600;

export function dynamoSubscribers(table: Table): SubscriberStore {
  const { client, name } = table;
  const get = async (Key: { pk: string; sk: string }): Promise<Item | undefined> =>
    (await client.send(new GetCommand({ TableName: name, Key, ConsistentRead: true }))).Item;

  return {
    async putSignUp(signUp) {
      const outboxId = `${signUp.requestedAt}#${signUp.id}`;
      const expiresAt = Math.floor(Date.parse(signUp.requestedAt) / 1000) + CONFIRM_HOURS * HOUR_SECONDS;
      await transact(table, [
        {
          Put: {
            TableName: name,
            Item: { ...signUpKey(signUp.id), ...signUp, expiresAt },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        outboxPut(name, outboxId, { kind: 'signed-up', signUpId: signUp.id }),
      ]);
      return outboxId;
    },

    async signUp(id, now) {
      const item = await get(signUpKey(id));
      return isLive(item, now) ? (fieldsOf(item) as SignUp) : undefined;
    },

    async get(id) {
      const item = await get(subscriberKey(id));
      return item && (fieldsOf(item) as Subscriber);
    },

    async getMany(ids) {
      return (await getItems(table, ids.map(subscriberKey), true)).map(
        (item) => fieldsOf(item) as Subscriber,
      );
    },

    async idByAddress(hash) {
      return (await get(addressKey(hash)))?.subscriberId as string | undefined;
    },

    async write(previous, next, event, confirmed) {
      await rememberChoice(table, next);
      try {
        await transact(table, [
          subscriberPut(name, previous, next),
          ...addressItems(name, previous, next),
          ...memberItems(name, previous, next),
          { Put: { TableName: name, Item: { ...consentKey(next.id, event.at, next.version), ...event } } },
          ...(confirmed ? [signUpConfirmed(name, confirmed, next.id)] : []),
          ...(event.what === 'imported' ? [notSuppressed(name, next)] : []),
        ]);
        return true;
      } catch (error) {
        if (error instanceof ConditionsFailed) return false;
        throw error;
      }
    },

    async consentLog(id) {
      return (await queryAll(table, consentPartition(id), {})).map((item) => fieldsOf(item) as ConsentEvent);
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

function subscriberPut(TableName: string, previous: Subscriber | undefined, next: Subscriber): TransactItem {
  const Item = { ...subscriberKey(next.id), ...next };
  return previous
    ? {
        Put: {
          TableName,
          Item,
          ConditionExpression: 'version = :previous',
          ExpressionAttributeValues: { ':previous': previous.version },
        },
      }
    : { Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** An address has one reader: the claim on it is an item of its own, since a condition sees only its item. */
function addressItems(TableName: string, previous: Subscriber | undefined, next: Subscriber): TransactItem[] {
  const before = previous && addressHash(previous.email);
  const after = addressHash(next.email);
  if (before === after) return [];
  const claim: TransactItem = {
    Put: {
      TableName,
      Item: { ...addressKey(after), subscriberId: next.id },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
  return before ? [claim, { Delete: { TableName, Key: addressKey(before) } }] : [claim];
}

function memberItems(TableName: string, previous: Subscriber | undefined, next: Subscriber): TransactItem[] {
  const shard = shardOf(next.id);
  const { language, topics, timeZone, pausedUntil } = next;
  const left = (previous?.editions ?? []).filter((edition) => !next.editions.includes(edition));
  return [
    ...next.editions.map((edition) => ({
      Put: {
        TableName,
        Item: { ...memberKey(edition, shard, next.id), language, topics, timeZone, pausedUntil },
      },
    })),
    ...left.map((edition) => ({ Delete: { TableName, Key: memberKey(edition, shard, next.id) } })),
  ];
}

function signUpConfirmed(TableName: string, signUp: SignUp, subscriberId: string): TransactItem {
  return {
    Update: {
      TableName,
      Key: signUpKey(signUp.id),
      UpdateExpression: 'SET subscriberId = :id',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(subscriberId)',
      ExpressionAttributeValues: { ':id': subscriberId },
    },
  };
}

/** Nobody asked the reader: who was erased or bounced in this very moment stays out. */
function notSuppressed(TableName: string, { email }: Subscriber): TransactItem {
  return {
    ConditionCheck: {
      TableName,
      Key: suppressionKey(addressHash(email)),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/**
 * Composing renders a mail for each choice that exists. They are few, so their items would be hot in every sign-up's
 * transaction; written before it, one too many is the worst that can come of a crash.
 */
async function rememberChoice(
  { client, name }: Table,
  { editions, language, topics }: Subscriber,
): Promise<void> {
  for (const edition of editions) {
    await client.send(
      new PutCommand({
        TableName: name,
        Item: { ...editionChoiceKey(edition, choiceKey({ language, topics })), language, topics },
      }),
    );
  }
}

function fieldsOf({ pk, sk, expiresAt, ...fields }: Item): unknown {
  return fields;
}

/** The items of a partition after a sort key, through as many pages as it takes: one ends at a megabyte. */
async function queryAll(
  { client, name }: Table,
  pk: string,
  { after, limit }: { after?: string | undefined; limit?: number },
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: name,
        KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': pk, ...(after !== undefined && { ':after': after }) },
        ConsistentRead: true,
        ExclusiveStartKey: start,
        ...(limit !== undefined && { Limit: limit - items.length }),
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start && (limit === undefined || items.length < limit));
  return items;
}
