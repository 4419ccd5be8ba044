import { afterBatchesDue, type Batch, type Recipient } from '../../delivery/batch.ts';
import type { DeliveryStore, PlanProgress, TriedBatch } from '../../delivery/delivery-store.ts';
import { latestWait } from '../../shared/clock.ts';
import { fieldsOf, getItem, IS_NEW, type Item, type Table, updateIf } from './dynamo-client.ts';
import { countedItem } from './dynamo-complaints.ts';
import { countersAfter, noteOn } from './dynamo-issue-items.ts';
import {
  batchKey,
  issueKey,
  issuePartition,
  pendingKey,
  planKey,
  uncertainKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { queried, transactIf } from './dynamo-requests.ts';

/** The sweep reads this many pending batches in one request. */
const PENDING_PAGE = 500;

/**
 * Stores batches in the table. `onlyHolder` is the id of this process, and is given only if no other process can use
 * the table, as on one machine. A claim of another holder then belongs to a process that died, and nobody waits for its
 * end.
 */
export function dynamoDelivery(table: Table, onlyHolder?: string): DeliveryStore {
  const { name } = table;
  const isFree = 'nextAt <= :now OR nextAt > :latest';
  const mayBeTried = onlyHolder
    ? `(${isFree} OR (attribute_exists(holder) AND holder <> :holder))`
    : `(${isFree})`;
  const holder = onlyHolder && { ':holder': onlyHolder };

  return {
    async progress({ edition, slot }, part) {
      const item = await getItem(table, planKey(edition, slot, part));
      return item && (fieldsOf(item) as PlanProgress);
    },

    putBatches({ edition, slot, composition }, part, previous, next, batches, at) {
      return transactIf(table, [
        {
          Put: {
            TableName: name,
            Item: { ...planKey(edition, slot, part), ...next },
            ...(previous ? sameProgress(previous) : IS_NEW),
          },
        },
        ...batches.flatMap(({ id, ...batch }) => [
          { Put: { TableName: name, Item: { ...batchKey(edition, slot, id), ...batch } } },
          {
            Put: {
              TableName: name,
              Item: { ...pendingKey(edition, slot, id), nextAt: batch.notBefore ?? 0, attempts: 0 },
            },
          },
        ]),
        {
          Update: {
            TableName: name,
            Key: issueKey(edition, slot),
            ...countersAfter(batches, next.done, composition, at),
          },
        },
      ]);
    },

    async get({ edition, slot }, batch) {
      const item = await getItem(table, batchKey(edition, slot, batch));
      return item && batchOf(item, batch);
    },

    async claim({ edition, slot }, batch, now, leaseUntil) {
      const pending = await updateIf(table, pendingKey(edition, slot, batch), {
        UpdateExpression: `SET nextAt = :until${holder ? ', holder = :holder' : ''} ADD attempts :one`,
        ConditionExpression: `attribute_exists(pk) AND ${mayBeTried}`,
        ExpressionAttributeValues: {
          ...{ ':until': leaseUntil, ':now': now, ':one': 1, ...holder },
          // A batch whose hour is still to come waits for it, however far away it is.
          ':latest': batch < afterBatchesDue(now) ? latestWait(now) : Number.MAX_SAFE_INTEGER,
        },
      });
      const claimed = pending && (await this.get({ edition, slot }, batch));
      return claimed && { ...claimed, attempts: Number(pending.attempts), leaseUntil };
    },

    async freeze({ edition, slot }, { id, subscriberIds }, { recipients, payloadHash, frozenAt }) {
      const addresses = new Map(recipients.map(({ subscriberId, email }) => [subscriberId, email]));
      const item = await updateIf(table, batchKey(edition, slot, id), {
        UpdateExpression: 'SET addresses = :addresses, payloadHash = :hash, frozenAt = :at',
        ConditionExpression: 'attribute_not_exists(frozenAt) AND attribute_not_exists(outcome)',
        ExpressionAttributeValues: {
          ':addresses': subscriberIds.map((subscriberId) => addresses.get(subscriberId) ?? ''),
          ':hash': payloadHash,
          ':at': frozenAt,
        },
      });
      return item !== undefined;
    },

    thaw({ edition, slot }, { id, leaseUntil, attempts: claimedAs }, until, attempts) {
      return transactIf(table, [
        {
          Update: {
            TableName: name,
            Key: pendingKey(edition, slot, id),
            UpdateExpression: 'SET nextAt = :until, attempts = :attempts REMOVE holder',
            ConditionExpression: 'nextAt = :lease AND attempts = :claimedAs',
            ExpressionAttributeValues: {
              ':until': until,
              ':attempts': attempts,
              ':lease': leaseUntil,
              ':claimedAs': claimedAs,
            },
          },
        },
        {
          Update: {
            TableName: name,
            Key: batchKey(edition, slot, id),
            UpdateExpression: 'REMOVE addresses, payloadHash, frozenAt',
          },
        },
      ]);
    },

    async postpone({ edition, slot }, batch, until, attempts) {
      await updateIf(table, pendingKey(edition, slot, batch), {
        UpdateExpression: 'SET nextAt = :until, attempts = :attempts REMOVE holder',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':until': until, ':attempts': attempts },
      });
    },

    settle({ edition, slot }, batch, outcome, tally) {
      return transactIf(table, [
        {
          Update: {
            TableName: name,
            Key: batchKey(edition, slot, batch),
            UpdateExpression: 'SET outcome = :outcome REMOVE addresses',
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(outcome)',
            ExpressionAttributeValues: { ':outcome': outcome },
          },
        },
        { Delete: { TableName: name, Key: pendingKey(edition, slot, batch) } },
        ...(outcome.kind === 'uncertain'
          ? [{ Put: { TableName: name, Item: uncertainKey(edition, slot, batch) } }]
          : []),
        ...(tally.sent > 0 ? [countedItem(name, edition, outcome.at, 'accepted', tally.sent)] : []),
        {
          Update: {
            TableName: name,
            Key: issueKey(edition, slot),
            UpdateExpression: 'ADD batchesDone :one, sent :sent, failed :failed, #left :left',
            ExpressionAttributeNames: { '#left': 'left' },
            ExpressionAttributeValues: {
              ':one': 1,
              ':sent': tally.sent,
              ':failed': tally.failed,
              ':left': tally.left,
            },
          },
        },
      ]);
    },

    async uncertain({ edition, slot }, batch) {
      if (!(await getItem(table, uncertainKey(edition, slot, batch)))) return undefined;
      return ((await getItem(table, batchKey(edition, slot, batch))) as Batch | undefined)?.subscriberIds;
    },

    async tried({ edition, slot }) {
      const prefix = pendingKey(edition, slot, '').sk;
      const filter = {
        FilterExpression: 'attempts > :none',
        ExpressionAttributeValues: { ':none': 0 },
      };
      const tried: TriedBatch[] = [];
      const pending = queried(table, { pk: issuePartition(edition, slot), sk: { prefix }, filter });
      for await (const { sk, nextAt } of pending) {
        const id = withoutPrefix(sk);
        const frozenAt = (await this.get({ edition, slot }, id))?.frozenAt;
        tried.push({ id, nextAt: Number(nextAt), ...(frozenAt !== undefined && { frozenAt }) });
      }
      return tried;
    },

    async due({ edition, slot }, now, limit) {
      const batches: string[] = [];
      const pending = queried(
        table,
        {
          pk: issuePartition(edition, slot),
          sk: {
            from: pendingKey(edition, slot, '').sk,
            to: pendingKey(edition, slot, afterBatchesDue(now)).sk,
          },
          filter: {
            FilterExpression: mayBeTried,
            ExpressionAttributeValues: { ':now': now, ':latest': latestWait(now), ...holder },
          },
          consistent: false,
        },
        Math.min(limit, PENDING_PAGE),
      );
      for await (const { sk } of pending) {
        if (batches.push(withoutPrefix(sk)) === limit) break;
      }
      return batches;
    },

    note(ref, previous, next) {
      return noteOn(table, ref, {
        UpdateExpression: 'SET notes = :next',
        ConditionExpression: previous ? 'notes = :previous' : 'attribute_not_exists(notes)',
        ExpressionAttributeValues: { ':next': next, ...(previous && { ':previous': previous }) },
      });
    },
  };
}

/** The condition that no other process has planned more of this part since its progress was read. */
function sameProgress(previous: PlanProgress) {
  return {
    ConditionExpression:
      'batches = :batches AND done = :no AND (#after = :after OR attribute_not_exists(#after))',
    ExpressionAttributeNames: { '#after': 'after' },
    ExpressionAttributeValues: { ':batches': previous.batches, ':no': false, ':after': previous.after ?? '' },
  };
}

/**
 * Of the recipients only the addresses are stored, which halves the item. The addresses are in the order of the planned
 * readers, and empty for a reader who had left.
 */
function batchOf(item: Item, id: string): Batch {
  const { addresses, ...batch } = fieldsOf(item) as Omit<Batch, 'id'> & { addresses?: string[] };
  const recipients = addresses?.flatMap((email, index): Recipient[] => {
    const subscriberId = batch.subscriberIds[index];
    return email && subscriberId ? [{ subscriberId, email }] : [];
  });
  return { ...batch, id, ...(recipients && { recipients }) };
}
