import { createHash } from 'node:crypto';
import type { BounceRun } from '../../delivery/bounce-run.ts';
import type { EventChanges, MailEventStore, ReaderReaction } from '../../delivery/mail-event-store.ts';
import type { IssueRef } from '../../newsletter/issue-store.ts';
import { type IssueTally, REACTIONS } from '../../newsletter/issue-tally.ts';
import { DAY_SECONDS } from '../../shared/clock.ts';
import {
  ConditionsFailed,
  fieldsOf,
  getItem,
  getItems,
  isLive,
  type Table,
  type TransactItem,
  transact,
} from './dynamo-client.ts';
import { countedItem } from './dynamo-complaints.ts';
import {
  bouncesKey,
  consentKey,
  type Key,
  reactionKey,
  reactionPartition,
  subscriberKey,
  suppressionKey,
  tallyKey,
  webhookKey,
} from './dynamo-keys.ts';
import { queryAll } from './dynamo-subscriber-items.ts';
import { sameSuppression } from './dynamo-suppressions.ts';

/** Parts of an issue's tally: at a thousand events a second two of them seldom meet in one. Never change it. */
const TALLIES = 32;
/** Longer than an event is taken in at all (`apply-event.ts`). */
const EVENT_DAYS = 40;
/** Longer than what readers do with a mail is counted. */
const REACTION_DAYS = 90;
const BOUNCES_DAYS = 120;

export function dynamoMailEvents(table: Table): MailEventStore {
  const { name } = table;

  return {
    async apply(changes, now) {
      const items = itemsOf(name, changes, (days) => Math.floor(now / 1000) + days * DAY_SECONDS);
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
      const items = await getItems(table, keys, true);
      return items.flatMap(({ pk, proven }) =>
        proven === undefined ? [String(pk).slice(reactionPartition('').length)] : [],
      );
    },

    async reactionsOf(subscriberIds, now) {
      const items = await Promise.all(subscriberIds.map((id) => queryAll(table, reactionPartition(id), {})));
      return items
        .flat()
        .filter((item) => isLive(item, now))
        .map((item) => {
          const [edition = '', slot = ''] = String(item.sk).split('#');
          return { edition, slot, told: Object.keys(fieldsOf(item)).sort() };
        });
    },

    async bounces(hash, now) {
      const item = await getItem(table, bouncesKey(hash));
      return isLive(item, now) ? (item.run as BounceRun) : undefined;
    },

    async tally({ edition, slot }) {
      const keys = Array.from({ length: TALLIES }, (_, n) => tallyKey(edition, slot, n));
      const tally = Object.fromEntries(REACTIONS.map((what) => [what, 0])) as IssueTally;
      for (const item of await getItems(table, keys, true)) {
        for (const what of REACTIONS) tally[what] += Number(item[what] ?? 0);
      }
      return tally;
    },
  };
}

/** The event's own item comes first: `apply` tells by its place that the event was known. */
function itemsOf(TableName: string, changes: EventChanges, after: (days: number) => number): TransactItem[] {
  const { id, reaction, complaint, suppression, consent, bounces, unlessErased } = changes;
  const items: TransactItem[] = [];
  if (id !== undefined) {
    const Item = { ...webhookKey(id), expiresAt: after(EVENT_DAYS) };
    items.push({ Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } });
  }
  if (reaction) items.push(...reactionItems(TableName, reaction, after(REACTION_DAYS)));
  if (complaint) items.push(countedItem(TableName, complaint.edition, complaint.mailedAt, 'complained', 1));
  if (suppression) {
    const { hash, previous, next } = suppression;
    const Item = { ...suppressionKey(hash), ...next };
    items.push({
      Put: {
        TableName,
        Item,
        ...(previous ? sameSuppression(previous) : { ConditionExpression: 'attribute_not_exists(pk)' }),
      },
    });
  }
  if (consent) {
    const { subscriber, event } = consent;
    items.push(
      // A reader who is erased at this moment leaves no line behind.
      {
        ConditionCheck: {
          TableName,
          Key: subscriberKey(subscriber.id),
          ConditionExpression: 'version = :version',
          ExpressionAttributeValues: { ':version': subscriber.version },
        },
      },
      {
        Put: {
          TableName,
          Item: { ...consentKey(subscriber.id, event.at, `${subscriber.version}-${event.what}`), ...event },
        },
      },
    );
  }
  // The condition of a suppression that is written sees an erasure by itself, and an item is named once a transaction.
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
        ...(previous && {
          ConditionExpression: 'run = :previous',
          ExpressionAttributeValues: { ':previous': previous },
        }),
        // One past its time is as good as none.
        ...(!previous && {
          ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :expires',
          ExpressionAttributeValues: { ':expires': after(0) },
        }),
      },
    });
  }
  return items;
}

/** `sent` is only noted, as a proof that the provider took the mail: the issue itself counts what was sent. */
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
