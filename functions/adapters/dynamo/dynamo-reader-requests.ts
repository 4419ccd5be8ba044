import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { addressHash } from '../../subscribers/email-address.ts';
import { type AddressChange, CONFIRM_HOURS, type SignUp } from '../../subscribers/subscriber.ts';
import type { SubscriberStore } from '../../subscribers/subscriber-store.ts';
import { fieldsOf, getItem, getItems, type Item, isLive, type Table, transact } from './dynamo-client.ts';
import {
  addressChangeKey,
  addressKey,
  addressSignUpKey,
  type Key,
  signUpKey,
  subscriberKey,
} from './dynamo-keys.ts';
import { outboxPut } from './dynamo-outbox.ts';

type Requests = Pick<
  SubscriberStore,
  | 'putSignUp'
  | 'signUp'
  | 'signUpsOf'
  | 'putAddressChange'
  | 'addressChange'
  | 'addressChangesOf'
  | 'putLinkRequest'
>;

/** What readers have asked for and not confirmed yet: each with the event that mails it. */
export function dynamoReaderRequests(table: Table): Requests {
  const { name } = table;
  const live = async <T>(key: Key, now: number): Promise<T | undefined> => {
    const item = await getItem(table, key);
    return isLive(item, now) ? (fieldsOf(item) as T) : undefined;
  };

  return {
    async putSignUp(signUp) {
      const outboxId = `${signUp.requestedAt}#${signUp.id}`;
      const expiresAt = confirmedBy(signUp.requestedAt);
      await transact(table, [
        {
          Put: {
            TableName: name,
            Item: { ...signUpKey(signUp.id), ...signUp, expiresAt },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        {
          Put: {
            TableName: name,
            Item: { ...addressSignUpKey(addressHash(signUp.email), signUp.id), expiresAt },
          },
        },
        outboxPut(name, outboxId, { kind: 'signed-up', signUpId: signUp.id }),
      ]);
      return outboxId;
    },

    signUp: (id, now) => live(signUpKey(id), now),

    async signUpsOf(hash, now) {
      const keys = (await itemsUnder(table, addressKey(hash).pk, 'SIGNUP#')).map(({ sk }) =>
        signUpKey(String(sk).slice('SIGNUP#'.length)),
      );
      const items = await getItems(table, keys, true);
      return items.filter((item) => isLive(item, now)).map((item) => fieldsOf(item) as SignUp);
    },

    async putAddressChange(change) {
      const outboxId = `${change.requestedAt}#${change.id}`;
      const { id: changeId, subscriberId } = change;
      await transact(table, [
        {
          Put: {
            TableName: name,
            Item: {
              ...addressChangeKey(subscriberId, changeId),
              ...change,
              expiresAt: confirmedBy(change.requestedAt),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        outboxPut(name, outboxId, { kind: 'address-asked', subscriberId, changeId }),
      ]);
      return outboxId;
    },

    addressChange: (subscriberId, id, now) => live(addressChangeKey(subscriberId, id), now),

    async addressChangesOf(subscriberId, now) {
      const items = await itemsUnder(table, subscriberKey(subscriberId).pk, 'CHANGE#');
      return items.filter((item) => isLive(item, now)).map((item) => fieldsOf(item) as AddressChange);
    },

    async putLinkRequest({ at, ...request }) {
      const outboxId = `${at}#${request.id}`;
      await transact(table, [outboxPut(name, outboxId, { kind: 'link-asked', ...request })]);
      return outboxId;
    },
  };
}

/** The items of a partition whose sort keys begin with `prefix`: of one reader or address they fit into one page. */
export async function itemsUnder({ client, name }: Table, pk: string, prefix: string): Promise<Item[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      ConsistentRead: true,
    }),
  );
  return Items;
}

/** In seconds since 1970. */
function confirmedBy(requestedAt: string): number {
  return Math.floor(Date.parse(requestedAt) / 1000) + CONFIRM_HOURS * 3600;
}
