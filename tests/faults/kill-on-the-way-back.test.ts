import { beforeAll, it } from 'vitest';
import { tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';
import { killedAfter, WAYS_BACK } from './way-back.ts';

/**
 * The process is killed at one step of each way back. `npm run test:exhaustive` kills a process at all of the steps.
 */

let paper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(60);
});

it.for([
  { way: WAYS_BACK.throttled, when: 'before' },
  { way: WAYS_BACK.lostReply, when: 'before' },
  { way: WAYS_BACK.overQuota, when: 'after' },
] as const)(
  'every reader gets the issue once when a process is killed on the way back from $way.what, $when a step',
  ({ way, when }, context) => tryEvery(paper, [way.known], killedAfter(way, when), context),
);
