import { beforeAll, expect, it } from 'vitest';
import { stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';
import { killedAfter, stepsAfter, WAYS_BACK } from './way-back.ts';

let paper: Newspaper;
let usual: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  // A worker may by chance claim a batch twice without a fault. Such a step is not usual.
  const again = await stepsOf(paper);
  usual = (await stepsOf(paper)).filter((step) => again.includes(step));
});

it.for(Object.values(WAYS_BACK))(
  'every reader gets the issue once, at whichever step a process is killed on the way back from $what',
  async (way, context) => {
    const isKnown = (step: string) => way.known.test(step);
    // By chance, a run may lack the step that shows that the way back was taken. Then it is run once more.
    let steps = await stepsAfter(paper, way.fault, usual);
    if (!steps.some(isKnown)) steps = await stepsAfter(paper, way.fault, usual);
    expect(steps.filter(isKnown)).not.toEqual([]);
    for (const when of ['before', 'after'] as const)
      await tryEvery(paper, steps, killedAfter(way, when), context);
  },
);
