import { beforeAll, describe, it } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { failed, killed, replyLost, stalled, tryEvery } from './every-step.ts';
import { type Newspaper, newspaper } from './newspaper.ts';

/**
 * An issue goes to 60 readers, and one step of each kind is broken in each way. `npm run test:exhaustive` does the same with
 * every step.
 */

useDatabase();

/** The write says that a batch has been mailed. Without it the batch would be mailed again. */
const WRITE = /^TransactWrite \S+\/BATCH#\S+ \{SET outcome/;
const REQUEST = /^request issue\//;
const HAND_OVER = /^hand over plan/;

let paper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(60);
});

describe('every reader gets the issue once when a write, a request and a hand-over are each', () => {
  it.for([killed('before'), killed('after'), failed('before'), failed('after'), stalled('before')])(
    '$fault',
    (trial, context) => tryEvery(paper, [WRITE, REQUEST, HAND_OVER], trial, context),
  );
});

it('every reader gets the issue once when the reply to a write is lost and the SDK repeats the write', (context) =>
  tryEvery(paper, [WRITE], replyLost, context));
