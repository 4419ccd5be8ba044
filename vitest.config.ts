import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/closing-line.ts'],
    include: ['tests/**/*.test.ts'],
    // Each worker is a process with its own embedded database and its own clock, which no other worker moves.
    pool: 'forks',
    // A small machine has two processors. One more worker than that is fine, because tests that start processes mostly wait.
    maxWorkers: 3,
    // The files of a worker share its modules. Loading them again for each file would take a third of the whole time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
