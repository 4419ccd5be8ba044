import { type Clock, MINUTE_MILLISECONDS } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';

/** Ticks once in every minute. On AWS a schedule of EventBridge does this (`infra/clock.ts`). */
export type MinuteTimer = {
  /** Ticks at once, and from then on within a second of the beginning of each minute. */
  start(): void;
  /** Stops ticking, and waits for the tick that is running. */
  stop(): Promise<void>;
};

type Options = { clock: Clock; log: Log; tick: () => Promise<void> };

/**
 * The timer looks at the clock every second instead of sleeping for a minute. A machine that was asleep, or whose clock
 * was set forward or back, is then in a minute that had no tick yet, and gets one within a second. While a tick takes
 * longer than its minute, no second tick begins. When it has ended, the minute that has begun by then gets its tick.
 */
export function minuteTimer({ clock, log, tick }: Options): MinuteTimer {
  let tickedIn: number | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    const minute = Math.floor(clock() / MINUTE_MILLISECONDS);
    if (running || minute === tickedIn) return;
    tickedIn = minute;
    running = tick()
      .catch((error) => log.error('the tick of this minute failed; the next minute tries again', { error }))
      .finally(() => {
        running = undefined;
      });
  };

  return {
    start() {
      timer = setInterval(look, 1000);
      look();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
