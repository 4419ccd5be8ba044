import { beforeAll, it } from 'vitest';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { BREAKS } from './every-step.ts';
import { breakSignUps } from './sign-up.ts';

/** A write and a request. `npm run test:exhaustive` breaks every step. */

useDatabase();

let home: World;
beforeAll(async () => {
  home = await setUp();
});

it.for(BREAKS)(
  'a reader gets one confirmation, or none and is told so, when a write and a request of the sign-up are %s',
  (how, context) => breakSignUps(home, [/^TransactWrite SIGNUP/, /^request confirmation/], how, context),
);
