import { noticeId } from '../../subscribers/address-change.ts';
import { addressHash } from '../../subscribers/email-address.ts';
import {
  type AddressChange,
  type ConsentEvent,
  ENDED_BY_CONSENT,
  type SignUp,
  type Subscriber,
  shardOf,
} from '../../subscribers/subscriber.ts';
import type { Along } from '../../subscribers/subscriber-store.ts';
import { IS_NEW } from './dynamo-client.ts';
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
import { confirmedBy } from './dynamo-reader-requests.ts';
import { outboxPut, type TransactItem } from './dynamo-requests.ts';
import { suppressionPut } from './dynamo-suppressions.ts';

/** The functions in this file make the items of the transaction that writes a subscriber. */

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
    : { Put: { TableName, Item, ...IS_NEW } };
}

/**
 * Returns the items that claim the address of a reader. An address belongs to one reader. DynamoDB can check a
 * condition only on the item that is written, so the claim is an item that has the address as its key. If `holder` is
 * given, the claim is taken over from that reader.
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
    : IS_NEW;
  const claim: TransactItem = {
    Put: { TableName, Item: { ...addressKey(after), subscriberId: next.id }, ...free },
  };
  if (!before) return [claim];
  // The item that says that mails to the old address bounced is deleted too. A later erasure of the reader would not
  // find it.
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
  { signUp, lift, suppression, addressChange, merged, events = [] }: Along,
  previous: Subscriber | undefined,
): TransactItem[] {
  return [
    ...(signUp ? signUpItems(TableName, signUp, next) : []),
    ...(lift ? [suppressionDelete(TableName, next)] : []),
    ...(suppression
      ? [suppressionPut(TableName, addressHash(next.email), suppression.previous, suppression.next)]
      : []),
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

/** The condition keeps a suppression that has another reason by now, because only an editor may lift that one. */
function suppressionDelete(TableName: string, { email }: Subscriber): TransactItem {
  return {
    Delete: {
      TableName,
      Key: suppressionKey(addressHash(email)),
      ConditionExpression: `#reason IN (${ENDED_BY_CONSENT.map((reason) => `:${reason}`).join(', ')})`,
      ExpressionAttributeNames: { '#reason': 'reason' },
      ExpressionAttributeValues: Object.fromEntries(ENDED_BY_CONSENT.map((reason) => [`:${reason}`, reason])),
    },
  };
}

/**
 * Returns the condition that the address is not suppressed. An import needs it, because nobody has asked the reader: an
 * address that was erased or has bounced at the same moment must stay suppressed. A confirmation needs it, because it
 * lifts only a suppression that it has seen: without the condition, a reader whose address is suppressed at the same
 * moment would be told that they are subscribed, and would get nothing.
 */
export function notSuppressed(TableName: string, { email }: Subscriber): TransactItem {
  return {
    ConditionCheck: {
      TableName,
      Key: suppressionKey(addressHash(email)),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/**
 * A change that was made is kept for as long as a sign-up with the old address can be. An erasure finds such sign-ups by
 * the change alone.
 */
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
        UpdateExpression: 'SET replaced = :old, expiresAt = :expires',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(replaced)',
        ExpressionAttributeValues: { ':old': previous?.email, ':expires': confirmedBy(next.updatedAt) },
      },
    },
    outboxPut(TableName, noticeId(change, next.updatedAt), {
      kind: 'address-changed',
      subscriberId: change.subscriberId,
      changeId: change.id,
    }),
  ];
}

/**
 * All that stays of a reader who is merged into another is the id of the other one, to whom the links in old mails
 * lead.
 */
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
