import { beforeAll, describe, expect, it } from 'vitest';
import { killed, stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/**
 * An issue goes to 200 readers, and the process is killed at each of its steps. After that nothing that the process
 * does has any effect. Another process has to finish the issue, and has nothing but the table and the time.
 */

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(200);
  steps = await stepsOf(paper);
});

it('an issue has steps of every kind', () => {
  expect(steps.length).toBeGreaterThan(30);
  for (const kind of [/^TransactWrite /, /^Update /, /^Put /, /^request /, /^hand over /])
    expect(steps.filter((step) => kind.test(step)).length, String(kind)).toBeGreaterThan(0);
});

describe('every reader gets the issue once, at whichever step the process is killed,', () => {
  it.for(['before', 'after'] as const)('%s its effect', (when, context) =>
    tryEvery(paper, steps, killed(when), context),
  );
});
