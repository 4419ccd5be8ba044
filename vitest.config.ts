import { defineConfig } from 'vitest/config';

/**
 * `npm test` proves each behaviour once. `npm run test:exhaustive` repeats what those tests prove: at every step, with many seeds,
 * with large amounts. Its files are named `*.exhaustive.test.ts`.
 */
const EXHAUSTIVE = 'tests/**/*.exhaustive.test.ts';

export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: './tests/support/shared-servers.ts',
    reporters: ['default', './tests/support/closing-line.ts'],
    ...(mode === 'exhaustive'
      ? { include: [EXHAUSTIVE], testTimeout: 600_000 }
      : { include: ['tests/**/*.test.ts'], exclude: [EXHAUSTIVE, 'node_modules/**'], testTimeout: 30_000 }),
    // Each worker is a process with its own clock, which no other worker moves.
    pool: 'forks',
    // Tests make much that is soon of no use. With more room for it, Node collects it less often.
    execArgv: ['--max-semi-space-size=64'],
    // A small machine has two processors. A third worker would take as long, and load every module once more.
    maxWorkers: 2,
    // The files of a worker share its modules. Loading them again for each file would take a third of the whole time.
    isolate: false,
    hookTimeout: 30_000,
  },
}));
