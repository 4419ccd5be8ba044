import { beforeAll, describe, it } from 'vitest';
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
  steps = (await stepsOf(paper)).steps;
});

describe('stalled at any step while its lease runs out, every reader gets the issue once', () => {
  it.for(['before', 'after'] as const)('%s its effect', { timeout: 600_000 }, (when, context) =>
    tryEvery(paper, steps, stalled(when), context),
  );
});
