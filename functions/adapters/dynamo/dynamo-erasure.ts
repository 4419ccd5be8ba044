import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { addressHash } from '../../subscribers/email-address.ts';
import { shardOf } from '../../subscribers/subscriber.ts';
import type { SubscriberStore } from '../../subscribers/subscriber-store.ts';
import { type Table, transact, transactIf } from './dynamo-client.ts';
import {
  addressKey,
  addressSignUpKey,
  bouncesKey,
  consentPartition,
  type Key,
  memberKey,
  reactionPartition,
  signUpKey,
  subscriberKey,
  suppressionKey,
} from './dynamo-keys.ts';
import { itemsUnder } from './dynamo-reader-requests.ts';
import { queryAll } from './dynamo-subscriber-items.ts';

type Erasure = Pick<SubscriberStore, 'suppressErased' | 'eraseTraces' | 'remove'>;

/** DynamoDB's limit of a transaction. */
const MOST_ITEMS = 100;

export function dynamoErasure(table: Table): Erasure {
  const { client, name } = table;
  const deletion = (Key: Key) => ({ Delete: { TableName: name, Key } });

  return {
    async suppressErased(hash, at) {
      await client.send(
        new UpdateCommand({
          TableName: name,
          Key: suppressionKey(hash),
          UpdateExpression:
            'SET #reason = if_not_exists(#reason, :erased), #at = if_not_exists(#at, :at), erasedAt = if_not_exists(erasedAt, :at) REMOVE detail',
          ExpressionAttributeNames: { '#reason': 'reason', '#at': 'at' },
          ExpressionAttributeValues: { ':erased': 'erased', ':at': at },
        }),
      );
    },

    async eraseTraces({ id, formerIds = [], email }, earlierSignUps) {
      const hash = addressHash(email);
      const { pk: address } = addressKey(hash);
      const signUps = await itemsUnder(table, address, 'SIGNUP#');
      const parts = await Promise.all([
        ...[id, ...formerIds].map((each) => queryAll(table, consentPartition(each), {})),
        ...[id, ...formerIds].map((each) => queryAll(table, reactionPartition(each), {})),
        ...[id, ...formerIds].map((each) => itemsUnder(table, subscriberKey(each).pk, 'CHANGE#')),
      ]);
      const keys = [
        bouncesKey(hash),
        ...earlierSignUps.flatMap((each) => [
          signUpKey(each.id),
          addressSignUpKey(addressHash(each.email), each.id),
        ]),
        ...signUps.map(({ sk }) => signUpKey(String(sk).slice('SIGNUP#'.length))),
        ...[...parts.flat(), ...signUps].map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) })),
        ...formerIds.map(subscriberKey),
      ];
      for (let start = 0; start < keys.length; start += MOST_ITEMS)
        await transact(table, keys.slice(start, start + MOST_ITEMS).map(deletion));
    },

    async remove({ id, version, email, editions }) {
      return transactIf(table, [
        {
          Delete: {
            TableName: name,
            Key: subscriberKey(id),
            ConditionExpression: 'version = :known',
            ExpressionAttributeValues: { ':known': version },
          },
        },
        ...[
          addressKey(addressHash(email)),
          ...editions.map((edition) => memberKey(edition, shardOf(id), id)),
        ].map(deletion),
      ]);
    },
  };
}
