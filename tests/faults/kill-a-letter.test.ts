import { beforeAll, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { BREAKS } from './every-step.ts';
import { breakSignUps } from './sign-up.ts';

/**
 * A write is broken before its effect, and a request after its effect. `npm run test:exhaustive` breaks every step in
 * each way.
 */

const WRITE = /^TransactWrite SIGNUP/;
const REQUEST = /^request confirmation/;

let home: World;
beforeAll(async () => {
  home = await setUp();
});

it.for(BREAKS)(
  'a reader gets one confirmation, or gets none and is told that it failed, when a step of the sign-up is %s',
  (how, context) => {
    const [, { when }] = how;
    return breakSignUps(home, [when === 'before' ? WRITE : REQUEST], how, context);
  },
);
