import { beforeAll, it } from 'vitest';
import { stalled, stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/**
 * A process is not dead but late. At each step in turn it stops until its lease has run out and another process has
 * taken over. Then it does the step and goes on.
 */

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  steps = await stepsOf(paper);
});

// A process that stalls after a step stalls before the next step, so it is enough to test "before".
it('every reader gets the issue once, at whichever step a process stalls while its lease runs out', (context) =>
  tryEvery(paper, steps, stalled('before'), context));
