import { HOUR_SECONDS, SKEW_MILLISECONDS } from '../../shared/clock.ts';
import type { Limit, Throttle } from '../../shared/throttle.ts';
import { findItems, type Item, putIf, secondsOf, type Table, updateIf } from './dynamo-client.ts';
import { throttleKey } from './dynamo-keys.ts';

export function dynamoThrottle(table: Table): Throttle {
  return {
    async count(limits, now) {
      const items = await findItems(
        table,
        limits.map(({ key }) => throttleKey(key)),
      );
      const open = limits.map((limit, index) => openWindow(items[index], limit, now));
      const reached = limits.find(({ max }, index) => Number(open[index]?.n) >= max);
      if (reached) return reached;
      for (const [index, limit] of limits.entries()) {
        if (!open[index] && (await begin(table, limit, now))) continue;
        if (!(await add(table, limit, now))) return limit;
      }
      return undefined;
    },
  };
}

/** Returns the item if its window has begun and has not ended. */
function openWindow(item: Item | undefined, { seconds }: Limit, now: number): Item | undefined {
  const until = Number(item?.expiresAt);
  return until > secondsOf(now) && until <= latestEnd(now, seconds) ? item : undefined;
}

/**
 * Returns the latest second in which a window can end that has begun by now. A window that ends later was written by a
 * clock that was wrong, and does not count. Otherwise it would refuse everything until its time comes.
 */
function latestEnd(now: number, seconds = HOUR_SECONDS): number {
  return secondsOf(now + SKEW_MILLISECONDS) + seconds;
}

/** Begins a window with one event. Returns false if another process has begun one since the item was read. */
function begin(table: Table, { key, seconds = HOUR_SECONDS }: Limit, now: number): Promise<boolean> {
  const first = { ...throttleKey(key), n: 1, expiresAt: secondsOf(now) + seconds };
  return putIf(table, first, {
    ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now OR expiresAt > :latest',
    ExpressionAttributeValues: { ':now': secondsOf(now), ':latest': latestEnd(now, seconds) },
  });
}

/**
 * Counts an event in the window that is open. The condition of the write itself compares the count, so twenty requests
 * at once cannot all read the same number.
 */
async function add(table: Table, { key, max, seconds }: Limit, now: number): Promise<boolean> {
  const counted = await updateIf(table, throttleKey(key), {
    UpdateExpression: 'ADD n :one',
    ConditionExpression: 'n < :max AND expiresAt > :now AND expiresAt <= :latest',
    ExpressionAttributeValues: {
      ':one': 1,
      ':max': max,
      ':now': secondsOf(now),
      ':latest': latestEnd(now, seconds),
    },
  });
  return counted !== undefined;
}
