import { beforeAll, describe, it } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { failed, replyLost, stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/** An issue to 60 readers, and each step in turn fails by itself: the process lives, and has to make it good. */

useDatabase();

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  steps = await stepsOf(paper);
});

describe('any one step failed, every reader gets the issue once', () => {
  it.for([failed('before'), failed('after'), replyLost])('$fault', { timeout: 600_000 }, (trial, context) =>
    tryEvery(paper, steps, trial, context),
  );
});
