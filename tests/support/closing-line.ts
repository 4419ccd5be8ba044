import type { Reporter, TestModule } from 'vitest/node';

/** One plain line at the end, for whoever reads the output by program. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
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
