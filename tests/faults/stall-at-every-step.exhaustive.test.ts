import { beforeAll, it } from 'vitest';
import { stalled, stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/**
 * A process is not dead but late. At each step in turn it stands still until its lease has run out and another process has
 * taken over. Then it goes on with what it was about to do.
 */

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  steps = await stepsOf(paper);
});

// A process that stands still after a step stands still before the next one, so "before" covers both.
it('every reader gets the issue once, at whichever step a process stalls while its lease runs out', (context) =>
  tryEvery(paper, steps, stalled('before'), context));
