import { beforeAll, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { breakConfirmations, welcomingPaper } from './confirmation.ts';
import { BREAKS } from './every-step.ts';

/**
 * A write is broken before its effect, and a request after its effect. `npm run test:exhaustive` breaks every step in
 * each way.
 */

const WRITE = /^TransactWrite SUBSCRIBER.*OUTBOX/;
const REQUEST = /^request welcome/;

let home: World;
beforeAll(async () => {
  home = await welcomingPaper();
});

it.for(BREAKS)('a new reader gets one welcome when a step of the confirmation is %s', (how, context) => {
  const [, { when }] = how;
  return breakConfirmations(home, [when === 'before' ? WRITE : REQUEST], how, context);
});
