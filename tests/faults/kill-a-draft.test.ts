import { beforeAll, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { killedBefore, paperWithReview } from './draft.ts';
import { counter } from './fault-table.ts';

/** The process is killed before two steps of a draft. `npm run test:exhaustive` kills a process before all of them. */

let home: World;
beforeAll(async () => {
  home = await paperWithReview();
});

it.for([
  ['a mailed draft leaves the outbox', /^Delete OUTBOX/],
  ['the approval is written', /^TransactWrite .*ISSUE#.*FROZEN.*EDITION#.*REVIEW#/],
] as const)(
  'each draft and each digest is mailed once when the process is killed before %s',
  ([, step], context) => killedBefore(home, step, counter(context, 'draft killed before a step')),
);
