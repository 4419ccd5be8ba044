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
  /** Unset: time itself. */
  wait?: (milliseconds: number) => Promise<void>;
};

/** Of one request's: others were first. */
const ATTEMPTS = 50;
/** Whoever began now began after it. */
const NEVER = 0;

/**
 * One item, `nextAt`, `growsFrom` and `rate`, and a turn is one write: its condition says what it takes the item to be,
 * and a failure brings what it is.
 */
export function dynamoPace(
  { client, name }: Table,
  { requestsPerSecond: ceiling, clock, wait = pause }: Options,
): Pace {
  let seen: PaceState | undefined;

  /** False where the condition did not hold; either way the item as it is now is known. */
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
      // The document client leaves the items of errors as they came.
      const { nextAt, growsFrom, rate } = error.Item ?? {};
      seen = nextAt && {
        nextAt: Number(nextAt.N),
        growsFrom: Number(growsFrom?.N),
        rate: Number(rate?.N),
      };
      return false;
    }
  };

  /** The first turn of all. */
  const begin = (now: number) =>
    update({
      UpdateExpression: 'SET nextAt = :next, growsFrom = :never, rate = :rate',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':next': now + intervalAt(ceiling), ':never': NEVER, ':rate': ceiling },
    });

  /** As if its last refusal had been now. */
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
        // Otherwise it only ever moves on: what was seen to be far off is not nearer.
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
        // A refusal to another worker of this process makes the turns void that were given before it.
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

/** Milliseconds, to the thousandth: sums of them keep few digits. */
function intervalAt(rate: number): number {
  return Math.ceil(1_000_000 / rate) / 1000;
}
