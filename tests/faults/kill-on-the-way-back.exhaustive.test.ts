import { beforeAll, expect, it } from 'vitest';
import { stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';
import { killedAfter, stepsAfter, WAYS_BACK } from './way-back.ts';

let paper: Newspaper;
let usual: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  usual = await stepsOf(paper);
});

it.for(Object.values(WAYS_BACK))(
  'every reader gets the issue once, at whichever step a process is killed on the way back from $what',
  async (way, context) => {
    const steps = await stepsAfter(paper, way.fault, usual);
    expect(steps.filter((step) => way.known.test(step))).not.toEqual([]);
    for (const when of ['before', 'after'] as const)
      await tryEvery(paper, steps, killedAfter(way, when), context);
  },
);
