import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Log } from '../log.ts';
import { nextRun } from '../newsletter/slot.ts';
import { type Clock, isoTime } from '../services.ts';
import type { EditionSettings } from '../settings.ts';
import type { Table } from './dynamo-client.ts';
import { scheduleKey } from './dynamo-keys.ts';

/** What EventBridge Scheduler does on AWS: starts each edition at its time, and the sweep every minute. */
export type LocalSchedule = {
  /** Starts what is due now. */
  tick(): Promise<void>;
  /** Ticks at once, and every second. */
  start(): void;
  stop(): Promise<void>;
};

type Options = {
  table: Table;
  editions: EditionSettings[];
  clock: Clock;
  log: Log;
  onDue: (edition: string, scheduledAt: string) => Promise<void>;
  onMinute: () => Promise<void>;
};

/** A newsletter that comes later than this is worse than none. */
const LATEST_MILLISECONDS = 6 * 3600 * 1000;
const MINUTE_MILLISECONDS = 60_000;

export function localSchedule({ table, editions, clock, log, onDue, onMinute }: Options): LocalSchedule {
  let swept = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** The folder's lock makes this the only process, so what was read once stays true. */
  const reached = new Map<string, number>();
  const reach = async (edition: string, through: number) => {
    await setStarted(table, edition, through);
    reached.set(edition, through);
  };

  const tick = async () => {
    for (const edition of editions) await startIfDue(edition);
    // A clock that was set back must not stop the sweep until it has caught up.
    if (clock() >= swept && clock() - swept < MINUTE_MILLISECONDS) return;
    swept = clock();
    await onMinute();
  };

  /** How far an edition was started is on the table: after an outage its last missed issue goes out, once. */
  const startIfDue = async (edition: EditionSettings) => {
    const now = clock();
    const through = reached.get(edition.id) ?? (await started(table, edition.id));
    if (through === undefined) return reach(edition.id, now);
    reached.set(edition.id, through);
    const due = lastDue(edition, through, now);
    if (due === undefined) return;
    if (now - due > LATEST_MILLISECONDS)
      log.warn('an issue was left out: its time is long past', {
        edition: edition.id,
        scheduledAt: isoTime(due),
      });
    else await onDue(edition.id, isoTime(due));
    await reach(edition.id, due);
  };

  return {
    tick,
    start() {
      const run = () => {
        running ??= tick()
          .catch((error) => log.error('the schedule failed; it is tried again in a second', { error }))
          .finally(() => {
            running = undefined;
          });
      };
      timer = setInterval(run, 1000);
      run();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

function lastDue(edition: EditionSettings, through: number, now: number): number | undefined {
  let due: number | undefined;
  for (
    let next = nextRun(edition, through);
    next !== undefined && next <= now;
    next = nextRun(edition, next)
  ) {
    due = next;
    // After long outages there is no use in walking through every slot.
    if (now - next > LATEST_MILLISECONDS * 8) next = now - LATEST_MILLISECONDS * 8;
  }
  return due;
}

async function started({ client, name }: Table, edition: string): Promise<number | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: scheduleKey(edition), ConsistentRead: true }),
  );
  return Item && Number(Item.through);
}

async function setStarted({ client, name }: Table, edition: string, through: number): Promise<void> {
  await client.send(new PutCommand({ TableName: name, Item: { ...scheduleKey(edition), through } }));
}
