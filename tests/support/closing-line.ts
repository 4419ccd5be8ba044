import type { Reporter, TestModule } from 'vitest/node';
import type { FaultCount } from '../faults/fault-table.ts';

/** The table of the faults that were injected, and one plain line at the end for whoever reads the output by program. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const faults = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => test.meta().faults ?? []),
    );
    if (faults.length > 0) process.stdout.write(`${tableOf(faults)}\n`);
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

function tableOf(faults: FaultCount[]): string {
  const width = Math.max(...faults.map(({ fault }) => fault.length));
  const line = (...[fault, ...numbers]: [string, ...(string | number)[]]) =>
    [fault.padEnd(width), ...numbers.map((number) => String(number).padStart(9))].join(' ');
  return [
    line('fault', 'injected', 'owed', 'lost', 'repeated'),
    ...faults.map(({ fault, injected, owed, lost, repeated }) => line(fault, injected, owed, lost, repeated)),
  ].join('\n');
}
