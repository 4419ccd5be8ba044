import {
  COMPLAINT_DAYS,
  type ComplaintCount,
  type ComplaintStore,
  type EditionStanding,
} from '../../newsletter/complaints.ts';
import { DAY_MILLISECONDS, isoTime } from '../../shared/clock.ts';
import { getItem, queried, type Table, type TransactItem, updateIf } from './dynamo-client.ts';
import { complaintHourKey, standingKey } from './dynamo-keys.ts';

export function dynamoComplaints(table: Table): ComplaintStore {
  const change = async (edition: string, update: Parameters<typeof updateIf>[2]): Promise<boolean> =>
    (await updateIf(table, standingKey(edition), update)) !== undefined;

  /** Whole hours, from that of `since`; what the first had before is taken off by the caller. */
  async function hours(edition: string, since: string): Promise<ComplaintCount> {
    const count = { accepted: 0, complained: 0 };
    const found = queried(table, {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': standingKey(edition).pk,
        ':first': complaintHourKey(edition, since).sk,
        ':last': complaintHourKey(edition, LAST_HOUR).sk,
      },
      ConsistentRead: true,
    });
    for await (const { accepted = 0, complained = 0 } of found) {
      count.accepted += Number(accepted);
      count.complained += Number(complained);
    }
    return count;
  }

  return {
    async standing(edition) {
      const { stopped, resumedAt } = ((await getItem(table, standingKey(edition))) ?? {}) as EditionStanding;
      return { ...(stopped && { stopped }), ...(resumedAt && { resumedAt }) };
    },

    async count(edition, now) {
      const weekAgo = isoTime(now - COMPLAINT_DAYS * DAY_MILLISECONDS);
      const { resumedAt = '', uncounted } = ((await getItem(table, standingKey(edition))) ?? {}) as Standing;
      if (!uncounted || resumedAt < weekAgo) return hours(edition, weekAgo);
      const { accepted, complained } = await hours(edition, resumedAt);
      return { accepted: accepted - uncounted.accepted, complained: complained - uncounted.complained };
    },

    alarm: (edition, at) =>
      change(edition, {
        UpdateExpression: 'SET alarmedAt = :at',
        ConditionExpression: 'attribute_not_exists(alarmedAt)',
        ExpressionAttributeValues: { ':at': at },
      }),

    async calm(edition) {
      await change(edition, {
        UpdateExpression: 'REMOVE alarmedAt',
        ConditionExpression: 'attribute_exists(alarmedAt)',
      });
    },

    stop: (edition, stopped) =>
      change(edition, {
        UpdateExpression: 'SET stopped = :stopped',
        ConditionExpression: 'attribute_not_exists(stopped)',
        ExpressionAttributeValues: { ':stopped': stopped },
      }),

    async resume(edition, now) {
      const at = isoTime(now);
      return change(edition, {
        UpdateExpression: 'SET resumedAt = :at, uncounted = :uncounted REMOVE stopped, alarmedAt',
        ConditionExpression: 'attribute_exists(stopped)',
        ExpressionAttributeValues: { ':at': at, ':uncounted': await hours(edition, at) },
      });
    },
  };
}

/** `uncounted`: what the hour in which it was resumed had until then. */
type Standing = EditionStanding & { uncounted?: ComplaintCount };

/** Sorts after every hour. */
const LAST_HOUR = '9999-12-31T23';

/**
 * One item an hour: a batch that was accepted adds to that of now, a complaint to that of its mail. Every batch counts
 * its issue up in the same transaction anyway, so this one is no hotter.
 */
export function countedItem(
  TableName: string,
  edition: string,
  mailedAt: string,
  what: keyof ComplaintCount,
  n: number,
): TransactItem {
  return {
    Update: {
      TableName,
      Key: complaintHourKey(edition, mailedAt),
      UpdateExpression: 'SET expiresAt = :expires ADD #what :n',
      ExpressionAttributeNames: { '#what': what },
      ExpressionAttributeValues: {
        ':n': n,
        ':expires': Math.floor((Date.parse(mailedAt) + 2 * COMPLAINT_DAYS * DAY_MILLISECONDS) / 1000),
      },
    },
  };
}
