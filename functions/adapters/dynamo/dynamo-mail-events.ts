import { createHash } from 'node:crypto';
import type { BounceRun } from '../../delivery/bounce-run.ts';
import type { EventChanges, MailEventStore, ReaderReaction } from '../../delivery/mail-event-store.ts';
import type { IssueRef } from '../../newsletter/issue-store.ts';
import { type IssueTally, REACTIONS } from '../../newsletter/issue-tally.ts';
import { DAY_SECONDS } from '../../shared/clock.ts';
import {
  fieldsOf,
  getItem,
  getItems,
  IS_NEW,
  isLive,
  isNewOrExpired,
  secondsOf,
  type Table,
} from './dynamo-client.ts';
import { countedItem } from './dynamo-complaints.ts';
import {
  bouncesKey,
  issueRefOf,
  type Key,
  reactionKey,
  reactionPartition,
  subscriberKey,
  suppressionKey,
  tallyKey,
  webhookKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { ConditionsFailed, queryItems, type TransactItem, transact } from './dynamo-requests.ts';
import { consentPut } from './dynamo-subscriber-items.ts';
import { suppressionPut } from './dynamo-suppressions.ts';

/**
 * The counts of an issue are spread over this many items, because at a thousand events a second the writes to one item
 * would wait for each other. The number must never change, because the counts of issues that were sent are spread over
 * this many items.
 */
const TALLIES = 32;
/** An event is remembered longer than the 30 days in which it is accepted (`delivery/apply-event.ts`). */
const EVENT_DAYS = 40;
/** What a reader did is remembered longer than the 60 days in which it is counted (`delivery/apply-event.ts`). */
const REACTION_DAYS = 90;
const BOUNCES_DAYS = 120;

export function dynamoMailEvents(table: Table): MailEventStore {
  const { name } = table;

  return {
    async apply(changes, now) {
      const items = itemsOf(name, changes, now);
      if (items.length === 0) return 'applied';
      try {
        await transact(table, items);
        return 'applied';
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        return changes.id !== undefined && error.failed.includes(0) ? 'known' : 'changed';
      }
    },

    async hasReacted(reaction) {
      return (await getItem(table, readerKey(reaction)))?.[reaction.what] !== undefined;
    },

    async unproven(ref, subscriberIds) {
      const keys = subscriberIds.map((subscriberId) => readerKey({ ref, subscriberId }));
      const items = await getItems(table, keys);
      return items.filter(({ proven }) => proven === undefined).map(({ pk }) => withoutPrefix(pk));
    },

    async reactionsOf(subscriberIds, now) {
      const queries = subscriberIds.map((id) => queryItems(table, { pk: reactionPartition(id) }));
      return (await Promise.all(queries))
        .flat()
        .filter((item) => isLive(item, now))
        .map((item) => ({ ...issueRefOf(item.sk), told: Object.keys(fieldsOf(item)).sort() }));
    },

    async bounces(hash, now) {
      const item = await getItem(table, bouncesKey(hash));
      return isLive(item, now) ? (item.run as BounceRun) : undefined;
    },

    async tally({ edition, slot }) {
      const keys = Array.from({ length: TALLIES }, (_, n) => tallyKey(edition, slot, n));
      const tally = Object.fromEntries(REACTIONS.map((what) => [what, 0])) as IssueTally;
      for (const item of await getItems(table, keys)) {
        for (const what of REACTIONS) tally[what] += Number(item[what] ?? 0);
      }
      return tally;
    },
  };
}

/**
 * The item of the event itself comes first. If its condition fails, `apply` knows that the event was taken in before.
 */
function itemsOf(TableName: string, changes: EventChanges, now: number): TransactItem[] {
  const { id, reaction, complaint, suppression, consent, bounces, unlessErased } = changes;
  const after = (days: number) => secondsOf(now) + days * DAY_SECONDS;
  const items: TransactItem[] = [];
  if (id !== undefined)
    items.push({
      Put: { TableName, Item: { ...webhookKey(id), expiresAt: after(EVENT_DAYS) }, ...IS_NEW },
    });
  if (reaction) items.push(...reactionItems(TableName, reaction, after(REACTION_DAYS)));
  if (complaint) items.push(countedItem(TableName, complaint.edition, complaint.mailedAt, 'complained', 1));
  if (suppression) {
    const { hash, previous, next } = suppression;
    items.push(suppressionPut(TableName, hash, previous, next));
  }
  if (consent) {
    const { subscriber, event } = consent;
    items.push(
      // If the reader is being erased at this moment, no line of their log must be left behind.
      {
        ConditionCheck: {
          TableName,
          Key: subscriberKey(subscriber.id),
          ConditionExpression: 'version = :version',
          ExpressionAttributeValues: { ':version': subscriber.version },
        },
      },
      consentPut(TableName, subscriber, event, `${subscriber.version}-${event.what}`),
    );
  }
  // If a suppression is written, its own condition fails after an erasure. A transaction may name an item only once, so
  // this check is left out then.
  if (unlessErased !== undefined && !suppression) {
    const Key = suppressionKey(unlessErased);
    items.push({
      ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_not_exists(erasedAt)' },
    });
  }
  if (bounces) {
    const { hash, previous, next } = bounces;
    items.push({
      Put: {
        TableName,
        Item: { ...bouncesKey(hash), run: next, expiresAt: after(BOUNCES_DAYS) },
        ...(previous
          ? {
              ConditionExpression: 'run = :previous',
              ExpressionAttributeValues: { ':previous': previous },
            }
          : isNewOrExpired(now)),
      },
    });
  }
  return items;
}

/**
 * Returns the items that note and count what a reader did. `sent` is noted as a proof that the provider took the mail,
 * but it is not counted here, because the issue itself counts what was sent.
 */
function reactionItems(TableName: string, reaction: ReaderReaction, expires: number): TransactItem[] {
  const { ref, what } = reaction;
  const names = { ExpressionAttributeNames: { '#what': what } };
  const noted: TransactItem = {
    Update: {
      TableName,
      Key: readerKey(reaction),
      UpdateExpression: 'SET #what = :yes, expiresAt = :expires',
      ConditionExpression: 'attribute_not_exists(#what)',
      ...names,
      ExpressionAttributeValues: { ':yes': 1, ':expires': expires },
    },
  };
  if (what === 'sent') return [noted];
  const Key = tallyKey(ref.edition, ref.slot, partOf(reaction.subscriberId));
  return [
    noted,
    {
      Update: {
        TableName,
        Key,
        UpdateExpression: 'ADD #what :one',
        ...names,
        ExpressionAttributeValues: { ':one': 1 },
      },
    },
  ];
}

function readerKey({ ref, subscriberId }: { ref: IssueRef; subscriberId: string }): Key {
  return reactionKey(subscriberId, ref.edition, ref.slot);
}

function partOf(subscriberId: string): number {
  return createHash('sha256').update(subscriberId).digest().readUInt16BE(2) % TALLIES;
}
