import { beforeAll, expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { BREAKS } from './every-step.ts';
import { breakSignUps, stepsOfASignUp } from './sign-up.ts';

let home: World;
let steps: string[];
beforeAll(async () => {
  home = await setUp();
  steps = await stepsOfASignUp(home);
});

it('a sign-up has steps of every kind', () => {
  for (const kind of [
    /^TransactWrite SIGNUP/,
    /^Delete OUTBOX/,
    /^request confirmation/,
    /^hand over letter/,
  ])
    expect(
      steps.filter((step) => kind.test(step)),
      String(kind),
    ).toHaveLength(1);
});

it.for(BREAKS)(
  'a reader gets one confirmation, or gets none and is told that it failed, whichever step of the sign-up is %s',
  (how, context) => breakSignUps(home, steps, how, context),
);
