import { addressHash } from '../../subscribers/email-address.ts';
import { shardOf } from '../../subscribers/subscriber.ts';
import type { SubscriberStore } from '../../subscribers/subscriber-store.ts';
import { type Table, updateIf } from './dynamo-client.ts';
import {
  ADDRESS_CHANGES,
  addressKey,
  addressSignUpKey,
  bouncesKey,
  consentPartition,
  type Key,
  memberKey,
  reactionPartition,
  SIGN_UPS,
  signUpKey,
  subscriberKey,
  suppressionKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { MOST_TRANSACT_ITEMS, queryItems, transactEach, transactIf } from './dynamo-requests.ts';

type Erasure = Pick<SubscriberStore, 'suppressErased' | 'eraseTraces' | 'remove'>;

export function dynamoErasure(table: Table): Erasure {
  const { name } = table;
  const deletion = (Key: Key) => ({ Delete: { TableName: name, Key } });

  return {
    async suppressErased(hash, at) {
      await updateIf(table, suppressionKey(hash), {
        UpdateExpression:
          'SET #reason = if_not_exists(#reason, :erased), #at = if_not_exists(#at, :at), erasedAt = if_not_exists(erasedAt, :at) REMOVE detail',
        ExpressionAttributeNames: { '#reason': 'reason', '#at': 'at' },
        ExpressionAttributeValues: { ':erased': 'erased', ':at': at },
      });
    },

    async eraseTraces({ id, formerIds = [], email }, earlierSignUps) {
      const hash = addressHash(email);
      const signUps = await queryItems(table, { pk: addressKey(hash).pk, sk: { prefix: SIGN_UPS } });
      const parts = await Promise.all(
        [id, ...formerIds].flatMap((each) => [
          queryItems(table, { pk: consentPartition(each) }),
          queryItems(table, { pk: reactionPartition(each) }),
          queryItems(table, { pk: subscriberKey(each).pk, sk: { prefix: ADDRESS_CHANGES } }),
        ]),
      );
      const keys = [
        bouncesKey(hash),
        ...earlierSignUps.flatMap((each) => [
          signUpKey(each.id),
          addressSignUpKey(addressHash(each.email), each.id),
        ]),
        ...signUps.map(({ sk }) => signUpKey(withoutPrefix(sk))),
        ...[...parts.flat(), ...signUps].map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })),
      ];
      await transactEach(table, keys.map(deletion));
    },

    async remove({ id, version, email, editions, formerIds = [] }) {
      const keys = [
        addressKey(addressHash(email)),
        ...editions.map((edition) => memberKey(edition, shardOf(id), id)),
        ...formerIds.map(subscriberKey),
      ];
      const subscriber = {
        Delete: {
          TableName: name,
          Key: subscriberKey(id),
          ConditionExpression: 'version = :known',
          ExpressionAttributeValues: { ':known': version },
        },
      };
      const fitting = keys.slice(0, MOST_TRANSACT_ITEMS - 1);
      if (!(await transactIf(table, [subscriber, ...fitting.map(deletion)]))) return false;
      // Only former ids are left over. They already lead to nobody.
      await transactEach(table, keys.slice(fitting.length).map(deletion));
      return true;
    },
  };
}
