import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { killed, stepsOf, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/**
 * An issue to 200 readers, and at every step that the process takes it is killed: nothing of it has any effect any more.
 * Another process, with nothing but the table and the time, has to end the issue.
 */

useDatabase();

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(200);
  steps = await stepsOf(paper);
});

it('the steps are found by running an issue', () => {
  expect(steps.length).toBeGreaterThan(30);
  for (const kind of [/^TransactWrite /, /^Update /, /^Put /, /^request /, /^hand over /])
    expect(steps.filter((step) => kind.test(step)).length, String(kind)).toBeGreaterThan(0);
});

describe('killed at any step, every reader gets the issue once', () => {
  it.for(['before', 'after'] as const)('%s its effect', { timeout: 600_000 }, (when, context) =>
    tryEvery(paper, steps, killed(when), context),
  );
});
