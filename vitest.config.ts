import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/closing-line.ts'],
    include: ['tests/**/*.test.ts'],
    // Processes of their own: each has its embedded database, and a clock nobody else moves.
    pool: 'forks',
    // One more than the two processors of a small machine: those that start processes mostly wait for them.
    maxWorkers: 3,
    // Files of one worker share its modules, which are a third of all work where each loads them anew.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
