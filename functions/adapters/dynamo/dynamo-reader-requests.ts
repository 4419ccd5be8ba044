import { HOUR_SECONDS } from '../../shared/clock.ts';
import { addressHash } from '../../subscribers/email-address.ts';
import { type AddressChange, CONFIRM_HOURS, type SignUp } from '../../subscribers/subscriber.ts';
import type { SubscriberStore } from '../../subscribers/subscriber-store.ts';
import { fieldsOf, getItem, getItems, IS_NEW, isLive, secondsOf, type Table } from './dynamo-client.ts';
import {
  ADDRESS_CHANGES,
  addressChangeKey,
  addressKey,
  addressSignUpKey,
  type Key,
  SIGN_UPS,
  signUpKey,
  subscriberKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { outboxPut, queryItems, transact } from './dynamo-requests.ts';

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

/**
 * Stores what readers have asked for and must confirm by mail. Each request is written with the event that sends its
 * mail.
 */
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
        { Put: { TableName: name, Item: { ...signUpKey(signUp.id), ...signUp, expiresAt }, ...IS_NEW } },
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
      const ofAddress = await queryItems(table, { pk: addressKey(hash).pk, sk: { prefix: SIGN_UPS } });
      const items = await getItems(
        table,
        ofAddress.map(({ sk }) => signUpKey(withoutPrefix(sk))),
      );
      return items.filter((item) => isLive(item, now)).map((item) => fieldsOf(item) as SignUp);
    },

    async putAddressChange(change) {
      const outboxId = `${change.requestedAt}#${change.id}`;
      const { id: changeId, subscriberId } = change;
      const expiresAt = confirmedBy(change.requestedAt);
      const Item = { ...addressChangeKey(subscriberId, changeId), ...change, expiresAt };
      await transact(table, [
        { Put: { TableName: name, Item, ...IS_NEW } },
        outboxPut(name, outboxId, { kind: 'address-asked', subscriberId, changeId }),
      ]);
      return outboxId;
    },

    addressChange: (subscriberId, id, now) => live(addressChangeKey(subscriberId, id), now),

    async addressChangesOf(subscriberId, now) {
      const { pk } = subscriberKey(subscriberId);
      const items = await queryItems(table, { pk, sk: { prefix: ADDRESS_CHANGES } });
      return items.filter((item) => isLive(item, now)).map((item) => fieldsOf(item) as AddressChange);
    },

    async putLinkRequest({ at, ...request }) {
      const outboxId = `${at}#${request.id}`;
      await transact(table, [outboxPut(name, outboxId, { kind: 'link-asked', ...request })]);
      return outboxId;
    },
  };
}

/** Returns until when a request can be confirmed, in seconds since 1970. */
export function confirmedBy(requestedAt: string): number {
  return secondsOf(Date.parse(requestedAt)) + CONFIRM_HOURS * HOUR_SECONDS;
}
