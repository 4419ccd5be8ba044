import { beforeAll, expect, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { killedBefore, paperWithReview, stepsOfADraft } from './draft.ts';
import { counter } from './fault-table.ts';

let home: World;
let steps: string[];
beforeAll(async () => {
  home = await paperWithReview();
  steps = await stepsOfADraft(home);
});

it('a draft has steps of every kind', () => {
  for (const kind of [
    /^TransactWrite .*ISSUE#.*FROZEN.*OUTBOX/,
    /^TransactWrite .*ISSUE#.*FROZEN.*EDITION#.*REVIEW#/,
    /^Put REVIEW#/,
    /^Put SCHEDULE\//,
    /^request draft/,
    /^hand over letter/,
    /^hand over compose/,
  ])
    expect(steps.filter((step) => kind.test(step)).length, String(kind)).toBeGreaterThan(0);
});

// A process that is killed after a step is killed before the next step, so it is enough to test "before".
it('each draft and each digest is mailed once, whichever step of a draft the process is killed before', async (context) => {
  const count = counter(context, 'draft killed before a step');
  const failures: string[] = [];
  for (const step of steps)
    await killedBefore(home, step, count).catch((error) => failures.push(`${step}: ${error}`));
  expect(failures).toEqual([]);
});
