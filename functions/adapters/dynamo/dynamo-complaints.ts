import {
  COMPLAINT_DAYS,
  type ComplaintCount,
  type ComplaintStore,
  type EditionStanding,
} from '../../newsletter/complaints.ts';
import { DAY_MILLISECONDS, isoTime, SKEW_MILLISECONDS } from '../../shared/clock.ts';
import { getItem, secondsOf, type Table, type Update, updateIf } from './dynamo-client.ts';
import { complaintHourKey, complaintPartition, standingKey } from './dynamo-keys.ts';
import { queried, type TransactItem } from './dynamo-requests.ts';

/**
 * An editor may resume the edition in the middle of an hour. `uncounted` is what was counted in that hour before that
 * moment.
 */
type Standing = EditionStanding & { uncounted?: ComplaintCount };

/** This hour sorts after every hour that will be counted. */
const LAST_HOUR = '9999-12-31T23';

export function dynamoComplaints(table: Table): ComplaintStore {
  const change = async (edition: string, update: Update): Promise<boolean> =>
    (await updateIf(table, standingKey(edition), update)) !== undefined;

  /**
   * Adds up whole hours, from the hour that contains `since`. The caller subtracts what came in that hour before
   * `since`.
   */
  async function hours(edition: string, since: string): Promise<ComplaintCount> {
    const count = { accepted: 0, complained: 0 };
    const found = queried(table, {
      pk: complaintPartition(edition),
      sk: { from: complaintHourKey(edition, since).sk, to: complaintHourKey(edition, LAST_HOUR).sk },
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
      // A clock that was wrong may have resumed the edition at a time that is still to come.
      const isAhead = resumedAt > isoTime(now + SKEW_MILLISECONDS);
      if (!uncounted || resumedAt < weekAgo || isAhead) return hours(edition, weekAgo);
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

/**
 * Returns the update that counts accepted mails or complaints. Each edition has one item an hour: an accepted batch
 * adds to the current hour, and a complaint adds to the hour in which its mail was accepted. The transaction of a batch
 * updates the counters of the issue too, so the item of the hour is not written more often than the item of the issue.
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
        ':expires': secondsOf(Date.parse(mailedAt) + 2 * COMPLAINT_DAYS * DAY_MILLISECONDS),
      },
    },
  };
}
