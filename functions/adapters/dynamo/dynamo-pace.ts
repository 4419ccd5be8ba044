import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import {
  isAbsurd,
  LONGEST_WAIT,
  type Pace,
  type PaceState,
  rateAt,
  slowedDown,
} from '../../delivery/pace.ts';
import type { Clock } from '../../shared/clock.ts';
import { pause, type Table } from './dynamo-client.ts';
import { paceKey } from './dynamo-keys.ts';

type Options = {
  requestsPerSecond: number;
  clock: Clock;
  /** Waits this long. Without this function, real time passes. Tests move their clock instead. */
  wait?: (milliseconds: number) => Promise<void>;
};

/** A request tries this often to get its turn while other processes take theirs. */
const ATTEMPTS = 50;
/** Stands for "the rate was never halved": every request began after this time. */
const NEVER = 0;

/**
 * Keeps the pace in one item with `nextAt`, `growsFrom` and `rate`. A turn is the right to make one request to the
 * provider. Taking a turn is one write. Its condition compares the item with what this process has seen last, and a
 * failed condition returns the item as it is now.
 */
export function dynamoPace(
  { client, name }: Table,
  { requestsPerSecond: ceiling, clock, wait = pause }: Options,
): Pace {
  let seen: PaceState | undefined;

  /** Returns false if the condition does not hold. In both cases `seen` is then the item as it is now. */
  const update = async (
    change: Pick<
      UpdateCommandInput,
      'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
    >,
  ) => {
    try {
      const command = new UpdateCommand({
        TableName: name,
        Key: paceKey(),
        ...change,
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      seen = (await client.send(command)).Attributes as PaceState;
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The document client does not convert the items that come with errors, so their numbers are read here.
      const { nextAt, growsFrom, rate } = error.Item ?? {};
      seen = nextAt && {
        nextAt: Number(nextAt.N),
        growsFrom: Number(growsFrom?.N),
        rate: Number(rate?.N),
      };
      return false;
    }
  };

  /** Creates the item, and takes the first turn. */
  const begin = (now: number) =>
    update({
      UpdateExpression: 'SET nextAt = :next, growsFrom = :never, rate = :rate',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':next': now + intervalAt(ceiling), ':never': NEVER, ':rate': ceiling },
    });

  /** Corrects a time that a wrong clock wrote. The pace starts again as if the provider had refused a request now. */
  const putRight = ({ nextAt, growsFrom }: PaceState, now: number) =>
    update({
      UpdateExpression: 'SET nextAt = :now, growsFrom = :now',
      ConditionExpression: 'nextAt = :wasNextAt AND growsFrom = :wasGrowsFrom',
      ExpressionAttributeValues: { ':now': now, ':wasNextAt': nextAt, ':wasGrowsFrom': growsFrom },
    });

  return {
    ceiling,

    async turn() {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const now = clock();
        if (!seen) {
          if (await begin(now)) return 0;
          continue;
        }
        if (isAbsurd(seen, now)) {
          await putRight(seen, now);
          continue;
        }
        // Apart from the correction above, `nextAt` only grows. So a turn that was far off when it was last seen is not
        // nearer now.
        if (seen.nextAt > now + LONGEST_WAIT) return (seen.nextAt - now) / 1000;
        const { growsFrom } = seen;
        const isFree = seen.nextAt <= now;
        const interval = intervalAt(rateAt(seen, ceiling, now));
        const taken = await update({
          UpdateExpression: isFree ? 'SET nextAt = :next' : 'SET nextAt = nextAt + :interval',
          ConditionExpression: isFree
            ? 'nextAt <= :now AND growsFrom = :growsFrom'
            : 'nextAt > :now AND nextAt <= :latest AND growsFrom = :growsFrom',
          ExpressionAttributeValues: {
            ':now': now,
            ':growsFrom': growsFrom,
            ...(isFree
              ? { ':next': now + interval }
              : { ':interval': interval, ':latest': now + LONGEST_WAIT }),
          },
        });
        if (!taken) continue;
        const turn = seen.nextAt - interval;
        if (turn > now) await wait(turn - now);
        // If another worker of this process was refused while this one waited, this turn is no longer valid.
        if (seen.growsFrom === growsFrom) return 0;
      }
      return LONGEST_WAIT / 1000;
    },

    async slowDown(begun, seconds) {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (!seen) {
          if (!(await begin(clock()))) continue;
        }
        const from: PaceState = seen ?? { nextAt: 0, growsFrom: NEVER, rate: ceiling };
        const next = slowedDown(from, ceiling, clock(), { begun, seconds });
        const done = await update({
          UpdateExpression: 'SET nextAt = :nextAt, growsFrom = :growsFrom, rate = :rate',
          ConditionExpression: 'nextAt = :wasNextAt AND growsFrom = :wasGrowsFrom',
          ExpressionAttributeValues: {
            ':nextAt': next.nextAt,
            ':growsFrom': next.growsFrom,
            ':rate': next.rate,
            ':wasNextAt': from.nextAt,
            ':wasGrowsFrom': from.growsFrom,
          },
        });
        if (done) return;
      }
    },
  };
}

/**
 * Returns the milliseconds between two requests, rounded up to a thousandth so that sums of them do not grow long
 * fractions.
 */
function intervalAt(rate: number): number {
  return Math.ceil(1_000_000 / rate) / 1000;
}
