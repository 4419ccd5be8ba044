import { beforeAll, expect, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { breakConfirmations, stepsOfAConfirmation, welcomingPaper } from './confirmation.ts';
import { BREAKS } from './every-step.ts';

let home: World;
let steps: string[];
beforeAll(async () => {
  home = await welcomingPaper();
  steps = await stepsOfAConfirmation(home);
});

it('a welcome has steps of every kind', () => {
  for (const kind of [
    /^TransactWrite SUBSCRIBER.*OUTBOX/,
    /^Delete OUTBOX/,
    /^request welcome/,
    /^hand over letter/,
  ])
    expect(
      steps.filter((step) => kind.test(step)),
      String(kind),
    ).toHaveLength(1);
});

it.for(BREAKS)('a new reader gets one welcome, whichever step of the confirmation is %s', (how, context) =>
  breakConfirmations(home, steps, how, context),
);
