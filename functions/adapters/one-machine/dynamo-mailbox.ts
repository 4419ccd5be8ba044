import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { BatchWriteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DAY_SECONDS } from '../../shared/clock.ts';
import { getItems, type Item, isLive, queried, type Table } from '../dynamo/dynamo-client.ts';
import { AFTER_ANY_ID, mailKey, mailListKey, mailReplyKey } from '../dynamo/dynamo-keys.ts';
import type { MailboxStore, MailReply, StoredMail } from './mailbox-api-routes.ts';

const KEY_SECONDS = DAY_SECONDS;
const BATCH_WRITE_LIMIT = 25;

/** The mailbox's mails on the same table, so that a restart finds them, and a repeated request its first answer. */
export function dynamoMailbox(table: Table): MailboxStore {
  const { client, name } = table;
  return {
    async put(mails, key, reply, now) {
      // The key's answer is the commit: mails that were written before a crash are not listed, and come again with it.
      const mine = mails.map((mail) => ({ ...mailKey(mail.id), z: pack(mail) }));
      for (let start = 0; start < mine.length; start += BATCH_WRITE_LIMIT) {
        const puts = mine.slice(start, start + BATCH_WRITE_LIMIT).map((Item) => ({ PutRequest: { Item } }));
        await client.send(new BatchWriteCommand({ RequestItems: { [name]: puts } }));
      }
      const seconds = Math.floor(now / 1000);
      const at = mails[0]?.createdAt ?? '';
      const list = { ...mailListKey(at, key ?? mails[0]?.id ?? ''), ids: mails.map(({ id }) => id) };
      if (key !== undefined) {
        const item = { ...mailReplyKey(key), ...reply, list, expiresAt: seconds + KEY_SECONDS };
        try {
          await client.send(
            new PutCommand({
              TableName: name,
              Item: item,
              ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
              ExpressionAttributeValues: { ':now': seconds },
            }),
          );
        } catch (error) {
          if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
          throw error;
        }
      }
      await client.send(new PutCommand({ TableName: name, Item: list }));
      return true;
    },

    async reply(key, now) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: mailReplyKey(key), ConsistentRead: true }),
      );
      if (!isLive(Item, now)) return undefined;
      // Written again in case a crash came between the answer and the list.
      await client.send(new PutCommand({ TableName: name, Item: Item.list as Item }));
      return {
        requestHash: String(Item.requestHash),
        status: Number(Item.status),
        body: String(Item.body),
      } satisfies MailReply;
    },

    async get(id) {
      if (!/^[\w-]{1,100}$/.test(id)) return undefined;
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: mailKey(id), ConsistentRead: true }),
      );
      return Item && unpack(Item);
    },

    async list(limit, after) {
      const newest = after === undefined ? undefined : (await this.get(after))?.createdAt;
      if (after !== undefined && newest === undefined) return [];
      const sent = queried(table, {
        KeyConditionExpression: newest === undefined ? 'pk = :pk' : 'pk = :pk AND sk <= :newest',
        ExpressionAttributeValues: {
          ':pk': mailListKey('', '').pk,
          ...(newest !== undefined && { ':newest': `${newest}${AFTER_ANY_ID}` }),
        },
        ScanIndexForward: false,
        ConsistentRead: true,
      });
      const ids: string[] = [];
      let isPast = after === undefined;
      for await (const item of sent) {
        for (const id of item.ids as string[]) {
          if (isPast) ids.push(id);
          else isPast = id === after;
        }
        if (ids.length >= limit) break;
      }
      ids.splice(limit);
      return (await getItems(table, ids.map(mailKey), true)).map(unpack);
    },
  };
}

function pack(mail: StoredMail): Uint8Array {
  return brotliCompressSync(JSON.stringify(mail), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}

function unpack(item: Item): StoredMail {
  return JSON.parse(brotliDecompressSync(item.z as Uint8Array).toString());
}
