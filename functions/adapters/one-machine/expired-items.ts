import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { getItem, type Item, putItem, secondsOf, type Table } from '../dynamo/dynamo-client.ts';
import { DOCUMENTS, expiredKey, type Key, mailKey, signUpKey, subscriberKey } from '../dynamo/dynamo-keys.ts';
import { type TransactItem, transactEach } from '../dynamo/dynamo-requests.ts';
import { IS_OLDER_MAIL, takeInOlderMails } from './older-mails.ts';

/**
 * Deletes the items whose TTL has passed, because the embedded DynamoDB does not. DynamoDB Local deletes them itself, and
 * then there is nothing to delete here.
 */
export type ExpiredItems = {
  /**
   * Looks through a part of the table, and goes on there the next time. `now` is in milliseconds. Returns true if it
   * deleted items with addresses.
   */
  deleteSome(now: number): Promise<boolean>;
};

/**
 * A tick looks at 10,000 items, and stops earlier if it has deleted 2,000. A newspaper with 100,000 readers has half a
 * million items, so an item is deleted within an hour after its TTL. That costs a tenth of a second in each minute, and
 * half a second if much is deleted. Without these limits, everybody would wait for a million expired items.
 */
const PAGES = 20;
const MOST_CHANGED = 2_000;
/**
 * The embedded server reads the whole rest of the table for a page without a limit, which takes a second and 200 MB for
 * half a million items. With this limit it takes some milliseconds.
 */
const PAGE_ITEMS = 500;

/** The kinds of items with a TTL that have an address of a reader in plain text. */
const WITH_ADDRESS = [signUpKey(''), subscriberKey(''), mailKey('')].map(({ pk }) => pk);

export function expiredItems(table: Table): ExpiredItems {
  return {
    async deleteSome(now) {
      const before = (await getItem(table, expiredKey()))?.after as Item | undefined;
      let after = before;
      let changed = 0;
      let hadAddresses = false;
      for (let page = 0; page < PAGES && changed < MOST_CHANGED; page++) {
        const { expired, olderMails, last } = await nextPage(table, now, after);
        await transactEach(
          table,
          expired.map((key) => expiredDelete(table.name, key, now)),
        );
        await takeInOlderMails(table, olderMails);
        hadAddresses ||= expired.some(({ pk }) => WITH_ADDRESS.some((kind) => pk.startsWith(kind)));
        changed += expired.length + olderMails.length;
        after = last;
        if (!after) break;
      }
      if (after || before) await putItem(table, { ...expiredKey(), after });
      return hadAddresses;
    },
  };
}

/**
 * Feed documents and mails had no TTL in older versions. A document is rendered again when somebody asks for it, so it
 * can go. A mail gets a TTL. A token has an `expiresAt` too, but as a text. DynamoDB takes only a number for a TTL, and so
 * does this comparison.
 */
const IS_OLD_DOCUMENT = 'attribute_not_exists(expiresAt) AND begins_with(pk, :documents)';
const HAS_EXPIRED = `expiresAt <= :now OR (${IS_OLD_DOCUMENT})`;
const valuesAt = (now: number) => ({ ':now': secondsOf(now), ':documents': DOCUMENTS });

/** Returns the keys on one page of the table: of what has expired, and of mails that older versions stored. */
async function nextPage({ client, name }: Table, now: number, after: Item | undefined) {
  const page = await client.send(
    new ScanCommand({
      TableName: name,
      ConsistentRead: true,
      Limit: PAGE_ITEMS,
      ExclusiveStartKey: after,
      FilterExpression: `${HAS_EXPIRED} OR ${IS_OLDER_MAIL.expression}`,
      ExpressionAttributeValues: { ...valuesAt(now), ...IS_OLDER_MAIL.values },
      ProjectionExpression: 'pk, sk, expiresAt',
    }),
  );
  const found = (page.Items ?? []) as (Key & { expiresAt?: number })[];
  const isOlderMail = ({ pk, expiresAt }: (typeof found)[number]) =>
    expiresAt === undefined && !pk.startsWith(DOCUMENTS);
  return {
    expired: found.filter((each) => !isOlderMail(each)).map(({ pk, sk }): Key => ({ pk, sk })),
    olderMails: found.filter(isOlderMail).map(({ pk, sk }): Key => ({ pk, sk })),
    last: page.LastEvaluatedKey,
  };
}

/** Returns the deletion of an item, unless it was written again since it was read and has not expired any more. */
function expiredDelete(TableName: string, Key: Key, now: number): TransactItem {
  return {
    Delete: {
      TableName,
      Key,
      ConditionExpression: HAS_EXPIRED,
      ExpressionAttributeValues: valuesAt(now),
    },
  };
}
