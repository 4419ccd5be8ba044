import { beforeAll, it } from 'vitest';
import { useDatabase, type World } from '../support/installation.ts';
import { breakConfirmations, welcomingPaper } from './confirmation.ts';
import { BREAKS } from './every-step.ts';

/** A write and a request. `npm run test:exhaustive` breaks every step. */

useDatabase();

let home: World;
beforeAll(async () => {
  home = await welcomingPaper();
});

it.for(BREAKS)(
  'a new reader gets one welcome when a write and a request of the confirmation are %s',
  (how, context) =>
    breakConfirmations(home, [/^TransactWrite SUBSCRIBER.*OUTBOX/, /^request welcome/], how, context),
);
