import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { DAY_SECONDS } from '../../shared/clock.ts';
import { addressHash } from '../../subscribers/email-address.ts';
import {
  brotlied,
  findItems,
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
import {
  AFTER_ANY_ID,
  MAILBOX,
  mailKey,
  mailListKey,
  mailReplyKey,
  mailToKey,
  mailToPartition,
  subscriberKey,
} from '../dynamo/dynamo-keys.ts';
import { queried, queryItems, transactEach } from '../dynamo/dynamo-requests.ts';
import { bareAddress, type MailboxStore, type MailReply, type StoredMail } from './mailbox-api-routes.ts';

/** The mailbox remembers an idempotency key as long as the real provider does. */
const KEY_SECONDS = DAY_SECONDS;
/** A mail is kept for this long, so that the mailbox does not keep addresses that nobody confirmed for ever. */
export const MAIL_DAYS = 30;
/** DynamoDB writes at most this many items in one batch. */
const BATCH_WRITE_LIMIT = 25;

/**
 * Stores the mails of the mailbox in the table of the installation. They survive a restart, and a request that is
 * repeated after a restart gets its first answer.
 */
export function dynamoMailbox(table: Table): MailboxStore {
  const live = async (ids: string[], now: number): Promise<StoredMail[]> =>
    (await getItems(table, ids.map(mailKey))).filter((item) => isLive(item, now)).map(mailOf);

  return {
    async put(mails, key, reply, now) {
      // The item of the idempotency key makes the request count. If the process dies before that item is written, the
      // mails are in no list, and the repeated request writes them again.
      const expiresAt = secondsOf(now) + MAIL_DAYS * DAY_SECONDS;
      const items = mails.map((mail) => ({ ...mailKey(mail.id), z: brotlied(mail), expiresAt }));
      await putItems(table, [...items, ...mails.flatMap((mail) => mailToItems(mail, expiresAt))]);
      const at = mails[0]?.createdAt ?? '';
      const list = {
        ...mailListKey(at, key ?? mails[0]?.id ?? ''),
        ids: mails.map(({ id }) => id),
        expiresAt,
      };
      if (key !== undefined) {
        const answered = { ...mailReplyKey(key), ...reply, list, expiresAt: secondsOf(now) + KEY_SECONDS };
        if (!(await putIf(table, answered, isNewOrExpired(now)))) return false;
      }
      await putItem(table, list);
      await forgetMailsToNobody(table, mails);
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

    async get(id, now) {
      return /^[\w-]{1,100}$/.test(id) ? (await live([id], now))[0] : undefined;
    },

    async list(limit, now, after) {
      const newest = after === undefined ? undefined : (await this.get(after, now))?.createdAt;
      if (after !== undefined && newest === undefined) return [];
      const range = newest === undefined ? undefined : { below: `${newest}${AFTER_ANY_ID}` };
      const sent = queried(table, { pk: MAILBOX, sk: range, descending: true });
      const mails: StoredMail[] = [];
      let ids: string[] = [];
      let isPast = after === undefined;
      for await (const item of sent) {
        for (const id of item.ids as string[]) {
          if (isPast) ids.push(id);
          else isPast = id === after;
        }
        if (mails.length + ids.length < limit) continue;
        // The lists still name mails to readers who were erased, although these mails are gone.
        mails.push(...(await live(ids, now)));
        ids = [];
        if (mails.length >= limit) break;
      }
      return [...mails, ...(await live(ids, now))].slice(0, limit);
    },

    async forget(addressHashes) {
      for (const hash of addressHashes) {
        const found = await queryItems(table, { pk: mailToPartition(hash) });
        await forgetMails(
          table,
          [hash],
          found.map(({ sk }) => String(sk)),
        );
      }
    },
  };
}

/** Returns the items by which the mails to an address are found when its reader is erased. */
export function mailToItems(mail: StoredMail, expiresAt: number): Item[] {
  return recipientsOf(mail).map((hash) => ({ ...mailToKey(hash, mail.id), expiresAt }));
}

/** Returns the hashes of the addresses to which a mail goes. */
export function recipientsOf({ to }: StoredMail): string[] {
  return [...new Set(to.map((address) => addressHash(bareAddress(address))))];
}

export function mailOf({ z }: Item): StoredMail {
  return unbrotlied<StoredMail>(z);
}

/** Writes many items, and replaces those that had their keys. */
export async function putItems({ client, name }: Table, items: Item[]): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH_WRITE_LIMIT) {
    const puts = items.slice(start, start + BATCH_WRITE_LIMIT).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [name]: puts } }));
  }
}

/** Deletes mails, and the items by which they are found for these addresses. */
export async function forgetMails(table: Table, addressHashes: string[], ids: string[]): Promise<void> {
  const keys = ids.flatMap((id) => [mailKey(id), ...addressHashes.map((hash) => mailToKey(hash, id))]);
  await transactEach(
    table,
    keys.map((Key) => ({ Delete: { TableName: table.name, Key } })),
  );
}

/**
 * Deletes the mails of an issue whose readers are not there any more. A batch that was frozen before an erasure may be
 * sent after it. This comes after the mails were written, so either the erasure finds a mail or this does.
 */
async function forgetMailsToNobody(table: Table, mails: StoredMail[]): Promise<void> {
  const readerOf = ({ tags }: StoredMail) => tags.find(({ name }) => name === 'subscriber')?.value;
  const toReaders = mails.filter((mail) => readerOf(mail) !== undefined);
  const readers = await findItems(
    table,
    toReaders.map((mail) => subscriberKey(readerOf(mail) ?? '')),
  );
  for (const mail of toReaders.filter((_, index) => readers[index] === undefined))
    await forgetMails(table, recipientsOf(mail), [mail.id]);
}
