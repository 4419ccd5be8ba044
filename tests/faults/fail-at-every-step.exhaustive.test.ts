import { beforeAll, describe, it } from 'vitest';
import { failed, isWrite, replyLost, stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/** An issue goes to 60 readers, and each step in turn fails. The process lives, and has to try the step again. */

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  steps = await stepsOf(paper);
});

describe('every reader gets the issue once, also if a step has this fault:', () => {
  it.for([failed('before'), failed('after')])('$fault', (trial, context) =>
    tryEvery(paper, steps, trial, context),
  );

  it(replyLost.fault, (context) => tryEvery(paper, steps.filter(isWrite), replyLost, context));
});
