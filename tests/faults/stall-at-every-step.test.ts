import { beforeAll, it } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { stalled, stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/**
 * A process that is not dead but late: at each step in turn it stands still until its lease has run out and another has
 * taken over, and then goes on with what it had in mind.
 */

useDatabase();

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  steps = await stepsOf(paper);
});

// To stand still after a step is to stand still before the next.
it(
  'stalled at any step while its lease runs out, every reader gets the issue once',
  {
    timeout: 600_000,
  },
  (context) => tryEvery(paper, steps, stalled('before'), context),
);
