import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { noticeId } from '../../subscribers/address-change.ts';
import { addressHash } from '../../subscribers/email-address.ts';
import {
  type AddressChange,
  type ConsentEvent,
  type SignUp,
  type Subscriber,
  shardOf,
} from '../../subscribers/subscriber.ts';
import type { Along } from '../../subscribers/subscriber-store.ts';
import type { Item, Table, TransactItem } from './dynamo-client.ts';
import {
  addressChangeKey,
  addressKey,
  bouncesKey,
  consentKey,
  memberKey,
  signUpKey,
  subscriberKey,
  suppressionKey,
} from './dynamo-keys.ts';
import { outboxPut } from './dynamo-outbox.ts';

/** The items of a transaction that writes a subscriber, and how items are read. */

export function subscriberPut(
  TableName: string,
  previous: Subscriber | undefined,
  next: Subscriber,
): TransactItem {
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

/**
 * An address has one reader: the claim on it is an item of its own, since a condition sees only its item. `holder` gives
 * theirs up.
 */
export function addressItems(
  TableName: string,
  previous: Subscriber | undefined,
  next: Subscriber,
  holder: Subscriber | undefined,
): TransactItem[] {
  const before = previous && addressHash(previous.email);
  const after = addressHash(next.email);
  if (before === after) return [];
  const free = holder
    ? { ConditionExpression: 'subscriberId = :holder', ExpressionAttributeValues: { ':holder': holder.id } }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  const claim: TransactItem = {
    Put: { TableName, Item: { ...addressKey(after), subscriberId: next.id }, ...free },
  };
  if (!before) return [claim];
  // That mails to the old one bounced says nothing of its reader any more, and no erasure would find it.
  const left = [addressKey(before), bouncesKey(before)];
  return [claim, ...left.map((Key) => ({ Delete: { TableName, Key } }))];
}

export function memberItems(
  TableName: string,
  previous: Subscriber | undefined,
  next: Subscriber,
): TransactItem[] {
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

export function consentPut(
  TableName: string,
  { id, version }: Subscriber,
  event: ConsentEvent,
  line = String(version),
): TransactItem {
  return { Put: { TableName, Item: { ...consentKey(id, event.at, line), ...event } } };
}

export function alongItems(
  TableName: string,
  next: Subscriber,
  { signUp, lift, addressChange, merged, events = [] }: Along,
  previous: Subscriber | undefined,
): TransactItem[] {
  return [
    ...(signUp ? signUpItems(TableName, signUp, next) : []),
    ...(lift ? [suppressionDelete(TableName, next)] : []),
    ...(addressChange ? addressChangeItems(TableName, addressChange, next, previous) : []),
    ...(merged ? mergedItems(TableName, merged, next) : []),
    ...events.map(({ id, event }) => outboxPut(TableName, id, event)),
  ];
}

function signUpItems(TableName: string, signUp: SignUp, next: Subscriber): TransactItem[] {
  const { requestedAt: at, editions } = signUp;
  return [
    {
      Update: {
        TableName,
        Key: signUpKey(signUp.id),
        UpdateExpression: 'SET subscriberId = :id',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(subscriberId)',
        ExpressionAttributeValues: { ':id': next.id },
      },
    },
    consentPut(TableName, next, { at, what: 'asked', editions }, `-${next.version}`),
  ];
}

/** Not where it has another reason by now: only an editor lifts those. */
function suppressionDelete(TableName: string, { email }: Subscriber): TransactItem {
  return {
    Delete: {
      TableName,
      Key: suppressionKey(addressHash(email)),
      ConditionExpression: '#reason IN (:bounced, :erased)',
      ExpressionAttributeNames: { '#reason': 'reason' },
      ExpressionAttributeValues: { ':bounced': 'bounced', ':erased': 'erased' },
    },
  };
}

/** Nobody asked the reader: who was erased or bounced in this very moment stays out. */
export function notSuppressed(TableName: string, { email }: Subscriber): TransactItem {
  return {
    ConditionCheck: {
      TableName,
      Key: suppressionKey(addressHash(email)),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

function addressChangeItems(
  TableName: string,
  change: AddressChange,
  next: Subscriber,
  previous: Subscriber | undefined,
): TransactItem[] {
  return [
    {
      Update: {
        TableName,
        Key: addressChangeKey(change.subscriberId, change.id),
        UpdateExpression: 'SET replaced = :old',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(replaced)',
        ExpressionAttributeValues: { ':old': previous?.email },
      },
    },
    outboxPut(TableName, noticeId(change, next.updatedAt), {
      kind: 'address-changed',
      subscriberId: change.subscriberId,
      changeId: change.id,
    }),
  ];
}

/** Of the one taken in, only where their links lead is left. */
function mergedItems(TableName: string, merged: Subscriber, next: Subscriber): TransactItem[] {
  return [
    {
      Put: {
        TableName,
        Item: { ...subscriberKey(merged.id), mergedInto: next.id },
        ConditionExpression: 'version = :known',
        ExpressionAttributeValues: { ':known': merged.version },
      },
    },
    ...merged.editions.map((edition) => ({
      Delete: { TableName, Key: memberKey(edition, shardOf(merged.id), merged.id) },
    })),
  ];
}

/** The items of a partition after a sort key, through as many pages as it takes: one ends at a megabyte. */
export async function queryAll(
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
