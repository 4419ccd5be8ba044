import type { Table } from '../../functions/adapters/dynamo/dynamo-client.ts';
import type { Script } from './provider.ts';

/**
 * A clock for several workers that wait. When all workers are idle, it goes on to the moment for which the first of
 * them waits. So a test of who waits for whom takes no longer than the work itself.
 */
export type SharedTime = {
  wait(milliseconds: number): Promise<void>;
  /** Stops the clock while the client of this table is at work. */
  watch(table: Table): void;
  /** Returns the script, which also stops the clock while it is at work. */
  watched(script: Script): Script;
};

/** If nothing begins or ends in this much real time, all workers are idle. */
const QUIET_MILLISECONDS = 4;

export function sharedTime(clock: { now: number }): SharedTime {
  const waiting: { until: number; go: () => void }[] = [];
  let busy = 0;
  let isQuiet = true;
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    timer = undefined;
    if (busy === 0 && isQuiet) {
      waiting.sort((a, b) => a.until - b.until);
      const next = waiting.shift();
      if (next) {
        clock.now = Math.max(clock.now, next.until);
        next.go();
      }
    }
    isQuiet = true;
    if (waiting.length > 0) timer = setTimeout(look, QUIET_MILLISECONDS);
  };

  const during = async <T>(work: () => T | Promise<T>): Promise<T> => {
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
      isQuiet = false;
    }
  };

  return {
    wait: (milliseconds) =>
      new Promise((go) => {
        waiting.push({ until: clock.now + milliseconds, go });
        if (!timer) timer = setTimeout(look, QUIET_MILLISECONDS);
      }),
    watch({ client }) {
      client.middlewareStack.add((next) => (args) => during(() => next(args)), {
        step: 'initialize',
        name: 'sharedTime',
      });
    },
    watched: (script) => (request) => during(() => script(request)),
  };
}
