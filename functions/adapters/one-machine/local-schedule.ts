import type { Followed, ScheduleStore } from '../../newsletter/schedule-store.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';

/** What EventBridge Scheduler does on AWS: starts each edition at its time, and the sweep every minute. */
export type LocalSchedule = {
  /** Starts what is due now. */
  tick(): Promise<void>;
  /** Ticks at once, and every second. */
  start(): void;
  stop(): Promise<void>;
};

type Options = {
  clock: Clock;
  log: Log;
  startDue: () => Promise<void>;
  onMinute: () => Promise<void>;
};

const MINUTE_MILLISECONDS = 60_000;

export function localSchedule({ clock, log, startDue, onMinute }: Options): LocalSchedule {
  let sweptIn: number | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tick = async () => {
    await startDue();
    // As the minute begins: a draft goes out at its hour. A clock that was set back does not stop the sweep.
    const minute = Math.floor(clock() / MINUTE_MILLISECONDS);
    if (minute === sweptIn) return;
    sweptIn = minute;
    await onMinute();
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

/** The folder's lock makes this the only process, so what was read once stays true. */
export function remembered(schedules: ScheduleStore): ScheduleStore {
  const known = new Map<string, Followed>();
  return {
    async followed(edition) {
      const followed = known.get(edition) ?? (await schedules.followed(edition));
      if (followed) known.set(edition, followed);
      return followed;
    },
    async follow(edition, followed) {
      await schedules.follow(edition, followed);
      known.set(edition, followed);
    },
  };
}
