import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { FeedStore, Pointer } from '../feeds/feed-store.ts';
import type { Item, Table } from './dynamo-client.ts';
import { AFTER_ANY_ID, documentKey, feedPartition, idAfterTime, isStorableKey } from './dynamo-keys.ts';

/** 409,600 bytes an item, less its keys and names. */
const MAX_DOCUMENT_BYTES = 405_000;

export function dynamoFeeds({ client, name }: Table): FeedStore {
  return {
    async newest(feed, now, count) {
      const pointers: Pointer[] = [];
      const isIn = (pointer: Pointer) => pointer.removedAt === undefined;
      if (!isStorableKey({ pk: feedPartition(feed), sk: now })) return pointers;
      let missing = count;
      let start: Item | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: name,
            KeyConditionExpression: 'pk = :pk AND sk < :now',
            ExpressionAttributeValues: { ':pk': feedPartition(feed), ':now': `${now}${AFTER_ANY_ID}` },
            ScanIndexForward: false,
            // A page of one pointer each would be a request for every one that was removed.
            Limit: Math.max(missing, SMALLEST_PAGE),
            ConsistentRead: true,
            ExclusiveStartKey: start,
          }),
        );
        for (const pointer of (page.Items ?? []).map(pointerOf)) {
          if (missing === 0) break;
          pointers.push(pointer);
          if (isIn(pointer)) missing -= 1;
        }
        start = page.LastEvaluatedKey;
      } while (start && missing > 0);
      return pointers;
    },

    async document(feed, format, encoding) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: documentKey(feed, format, encoding) }),
      );
      return Item && { etag: String(Item.etag), bytes: Item.z as Uint8Array };
    },

    async putDocument(feed, format, encoding, { etag, bytes }) {
      if (bytes.byteLength > MAX_DOCUMENT_BYTES) return false;
      await client.send(
        new PutCommand({ TableName: name, Item: { ...documentKey(feed, format, encoding), etag, z: bytes } }),
      );
      return true;
    },
  };
}

const SMALLEST_PAGE = 20;

function pointerOf(item: Item): Pointer {
  const sk = String(item.sk);
  return {
    id: idAfterTime(sk),
    publishedAt: sk.slice(0, sk.indexOf('#')),
    version: Number(item.v),
    updatedAt: Number(item.u),
    ...(item.r !== undefined && { removedAt: Number(item.r) }),
    ...(item.m === true && { movedDown: true }),
  };
}
