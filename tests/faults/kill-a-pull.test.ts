import { beforeAll, it } from 'vitest';
import { tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';
import { killedInAPull } from './pull.ts';

/**
 * The process is killed at one write and at one hand-over to the queue. `npm run test:exhaustive` kills a process at
 * every step.
 */

let paper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(20);
});

it.for([
  ['before', 'composed', /^TransactWrite .*ISSUE#.*FROZEN/],
  ['after', 'handed over to be planned', /^hand over plan/],
] as const)(
  'every reader gets the issue once and without the retracted story when the process is killed %s it is %s again',
  ([when, , step], context) => tryEvery(paper, [step], killedInAPull(when), context),
);
