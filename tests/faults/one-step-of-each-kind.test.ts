import { beforeAll, it } from 'vitest';
import { failed, killed, replyLost, stalled, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/**
 * An issue goes to 60 readers, and one step of it is broken: a write, a request to the provider or a hand-over to the
 * queue. Each way of breaking a step is tried. `npm run test:exhaustive` breaks every step in each way.
 */

/** This write says that a batch has been mailed. Without the write the batch would be mailed again. */
const WRITE = /^TransactWrite \S+\/BATCH#\S+ \{SET outcome/;
const REQUEST = /^request issue\//;
const HAND_OVER = /^hand over plan/;

let paper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(60);
});

it.for(
  [
    { trial: killed('before'), steps: { write: WRITE, 'hand-over': HAND_OVER } },
    { trial: killed('after'), steps: { request: REQUEST } },
    { trial: failed('before'), steps: { 'hand-over': HAND_OVER } },
    { trial: failed('after'), steps: { write: WRITE } },
    { trial: stalled('before'), steps: { write: WRITE, request: REQUEST } },
    { trial: replyLost, steps: { write: WRITE } },
  ].map(({ trial, steps }) => ({ trial, steps, what: Object.keys(steps).join(' and a ') })),
)('every reader gets the issue once despite a fault: $trial.fault a $what', ({ trial, steps }, context) =>
  tryEvery(paper, Object.values(steps), trial, context),
);
