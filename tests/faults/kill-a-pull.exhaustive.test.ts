import { beforeAll, expect, it } from 'vitest';
import { tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';
import { killedInAPull, stepsOfAPull } from './pull.ts';

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(20);
  steps = await stepsOfAPull(paper);
});

it('after a retraction the issue is composed again and then planned', () => {
  const [again] = steps.filter((step) => /^TransactWrite .*ISSUE#.*FROZEN/.test(step));
  expect(again).toBeDefined();
  expect(steps.at(-1)).toContain('/PLAN#');
});

it.for(['before', 'after'] as const)(
  'every reader gets the issue once and without the retracted story, %s whichever step the process is killed',
  (when, context) => tryEvery(paper, steps, killedInAPull(when), context),
);
