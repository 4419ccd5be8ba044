import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { DAY_SECONDS } from '../../shared/clock.ts';
import {
  brotlied,
  getItem,
  getItems,
  type Item,
  isLive,
  isNewOrExpired,
  putIf,
  putItem,
  secondsOf,
  type Table,
  unbrotlied,
} from '../dynamo/dynamo-client.ts';
import { AFTER_ANY_ID, MAILBOX, mailKey, mailListKey, mailReplyKey } from '../dynamo/dynamo-keys.ts';
import { queried } from '../dynamo/dynamo-requests.ts';
import type { MailboxStore, MailReply, StoredMail } from './mailbox-api-routes.ts';

/** The mailbox remembers an idempotency key as long as the real provider does. */
const KEY_SECONDS = DAY_SECONDS;
/** DynamoDB writes at most this many items in one batch. */
const BATCH_WRITE_LIMIT = 25;

/**
 * Stores the mails of the mailbox in the table of the installation. They survive a restart, and a request that is
 * repeated after a restart gets its first answer.
 */
export function dynamoMailbox(table: Table): MailboxStore {
  const { client, name } = table;
  return {
    async put(mails, key, reply, now) {
      // The item of the idempotency key makes the request count. If the process dies before that item is written, the
      // mails are in no list, and the repeated request writes them again.
      const items = mails.map((mail) => ({ ...mailKey(mail.id), z: brotlied(mail) }));
      for (let start = 0; start < items.length; start += BATCH_WRITE_LIMIT) {
        const puts = items.slice(start, start + BATCH_WRITE_LIMIT).map((Item) => ({ PutRequest: { Item } }));
        await client.send(new BatchWriteCommand({ RequestItems: { [name]: puts } }));
      }
      const at = mails[0]?.createdAt ?? '';
      const list = { ...mailListKey(at, key ?? mails[0]?.id ?? ''), ids: mails.map(({ id }) => id) };
      if (key !== undefined) {
        const answered = { ...mailReplyKey(key), ...reply, list, expiresAt: secondsOf(now) + KEY_SECONDS };
        if (!(await putIf(table, answered, isNewOrExpired(now)))) return false;
      }
      await putItem(table, list);
      return true;
    },

    async reply(key, now) {
      const item = await getItem(table, mailReplyKey(key));
      if (!isLive(item, now)) return undefined;
      // The list is written again, in case the process died between the answer and the list.
      await putItem(table, item.list as Item);
      return {
        requestHash: String(item.requestHash),
        status: Number(item.status),
        body: String(item.body),
      } satisfies MailReply;
    },

    async get(id) {
      if (!/^[\w-]{1,100}$/.test(id)) return undefined;
      const item = await getItem(table, mailKey(id));
      return item && mailOf(item);
    },

    async list(limit, after) {
      const newest = after === undefined ? undefined : (await this.get(after))?.createdAt;
      if (after !== undefined && newest === undefined) return [];
      const range = newest === undefined ? undefined : { below: `${newest}${AFTER_ANY_ID}` };
      const sent = queried(table, { pk: MAILBOX, sk: range, descending: true });
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
      return (await getItems(table, ids.map(mailKey))).map(mailOf);
    },
  };
}

function mailOf({ z }: Item): StoredMail {
  return unbrotlied<StoredMail>(z);
}
