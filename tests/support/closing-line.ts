import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import type { FaultCount } from '../faults/fault-table.ts';

const SLOWEST = 10;

/**
 * Prints at the end of a run the table of the faults that were injected, the files that took longest, and one plain line with
 * the counts for programs that read the output.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const faults = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => test.meta().faults ?? []),
    );
    if (faults.length > 0) process.stdout.write(`${tableOf(faults)}\n`);
    process.stdout.write(`${slowestOf(modules)}\n`);
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (state: string) => states.filter((each) => each === state).length;
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0,
    ).length;
    process.stdout.write(
      `${count('passed')} passed, ${count('failed') + broken} failed${count('skipped') ? `, ${count('skipped')} skipped` : ''}\n`,
    );
  }
}

/** Seconds of a file are those that passed while its hooks and tests ran, and not processor time. */
function slowestOf(modules: readonly TestModule[]): string {
  const files = modules.map((module) => {
    const { duration, setupDuration, prepareDuration, collectDuration } = module.diagnostic();
    const milliseconds = duration + setupDuration + prepareDuration + collectDuration;
    return { path: relative(process.cwd(), module.moduleId), seconds: milliseconds / 1000 };
  });
  const slowest = files.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST);
  const whole = files.reduce((sum, { seconds }) => sum + seconds, 0);
  const line = ({ path, seconds }: { path: string; seconds: number }) =>
    `${seconds.toFixed(1).padStart(7)} s  ${path}`;
  return [
    `the slowest ${slowest.length} of ${files.length} files, which took ${whole.toFixed(1)} s in all`,
    ...slowest.map(line),
  ].join('\n');
}

function tableOf(faults: FaultCount[]): string {
  const width = Math.max(...faults.map(({ fault }) => fault.length));
  const line = (...[fault, ...numbers]: [string, ...(string | number)[]]) =>
    [fault.padEnd(width), ...numbers.map((number) => String(number).padStart(9))].join(' ');
  return [
    line('fault', 'injected', 'owed', 'lost', 'repeated'),
    ...faults.map(({ fault, injected, owed, lost, repeated }) => line(fault, injected, owed, lost, repeated)),
  ].join('\n');
}
