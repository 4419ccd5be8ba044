import type { TestContext } from 'vitest';
import type { Verdict } from './newspaper.ts';

/** A line of the table that tests/support/closing-line.ts prints: the faults and what happened to the mails. */
export type FaultCount = { fault: string; injected: number; owed: number; lost: number; repeated: number };

declare module 'vitest' {
  interface TaskMeta {
    faults?: FaultCount[];
  }
}

/** Counts injected faults and mails, whether or not the test then fails. Mails to strangers count as repeated. */
export function counter({ task }: Pick<TestContext, 'task'>, fault: string) {
  const line: FaultCount = { fault, injected: 0, owed: 0, lost: 0, repeated: 0 };
  task.meta.faults = [...(task.meta.faults ?? []), line];
  return (injected: number, { owed, lost, repeated, strangers }: Verdict): void => {
    line.injected += injected;
    line.owed += owed;
    line.lost += lost.length;
    line.repeated += repeated.length + strangers.length;
  };
}
