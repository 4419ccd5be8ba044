import { DAY_SECONDS } from '../../shared/clock.ts';
import { getItems, type Item, secondsOf, type Table } from '../dynamo/dynamo-client.ts';
import { type Key, MAILBOX, mailKey, suppressionKey, timeOf, withoutPrefix } from '../dynamo/dynamo-keys.ts';
import { type TransactItem, transactEach } from '../dynamo/dynamo-requests.ts';
import { forgetMails, MAIL_DAYS, mailOf, mailToItems, putItems, recipientsOf } from './dynamo-mailbox.ts';

/** Older versions stored the mails of the mailbox without a TTL, and could not find the mails to an address. */

/** The condition on the items of such mails and of their lists. */
export const IS_OLDER_MAIL = {
  expression: '(attribute_not_exists(expiresAt) AND (pk = :mailbox OR begins_with(pk, :mails)))',
  values: { ':mailbox': MAILBOX, ':mails': mailKey('').pk },
};

/**
 * Makes older mails the same as new ones: they get a TTL, and can be found by their addresses. A mail to somebody who was
 * erased after it was sent is deleted, because the erasure could not find it.
 */
export async function takeInOlderMails(table: Table, keys: Key[]): Promise<void> {
  const lists = keys.filter(({ pk }) => pk === MAILBOX);
  const mails = (
    await getItems(
      table,
      keys.filter(({ pk }) => pk !== MAILBOX),
    )
  ).map(mailOf);
  const erasures = await erasedAt(table, mails.flatMap(recipientsOf));
  const isErased = (mail: Mail) =>
    recipientsOf(mail).some((hash) => (erasures.get(hash) ?? '') > mail.createdAt);
  for (const mail of mails.filter(isErased)) await forgetMails(table, [], [mail.id]);
  const kept = mails.filter((mail) => !isErased(mail));
  // The mails are made to be found before they get a TTL. After a crash between the two, the next pass does both again.
  await putItems(
    table,
    kept.flatMap((mail) => mailToItems(mail, expiresAt(mail.createdAt))),
  );
  await transactEach(table, [
    ...kept.map(({ id, createdAt }) => ttlOf(table.name, mailKey(id), createdAt)),
    ...lists.map((key) => ttlOf(table.name, key, timeOf(key.sk))),
  ]);
}

type Mail = ReturnType<typeof mailOf>;

/** Returns when the readers of addresses were erased (ISO 8601), by the hash of the address. */
async function erasedAt(table: Table, hashes: string[]): Promise<Map<string, string>> {
  const items = await getItems(table, hashes.map(suppressionKey));
  return new Map(items.map((item: Item) => [withoutPrefix(item.pk), String(item.erasedAt ?? '')]));
}

/** Returns when a mail of this time (ISO 8601) expires, in seconds since 1970. */
function expiresAt(createdAt: string): number {
  return secondsOf(Date.parse(createdAt)) + MAIL_DAYS * DAY_SECONDS;
}

function ttlOf(TableName: string, key: Key, createdAt: string): TransactItem {
  return {
    Update: {
      TableName,
      Key: key,
      UpdateExpression: 'SET expiresAt = :at',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(expiresAt)',
      ExpressionAttributeValues: { ':at': expiresAt(createdAt) },
    },
  };
}
