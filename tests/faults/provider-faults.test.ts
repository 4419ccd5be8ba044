import { beforeAll, expect, it, vi } from 'vitest';
import type { Fault } from '../support/provider.ts';
import { counter } from './fault-table.ts';
import { expectOnce, forget, type Newspaper, newspaper, recover, verdict } from './newspaper.ts';
import { anIssue, meeting, PASSING, type Passing, providerTests } from './provider-faults.ts';

// Two requests hang until they are given up, which takes long.
vi.setConfig({ testTimeout: 120_000 });
let paper: Newspaper;
let smallPaper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(200);
  smallPaper = await newspaper(60);
});

/** An issue has five batches. Four of them share the faults, and each of the four meets one fault after another. */
const BATCHES = 4;

/** Returns a function that returns what a batch meets next, until the batch has met all of its faults. */
function inTurn(faults: Passing[], met: (fault: string) => void): () => Fault | undefined {
  const waiting = [...faults];
  let attempt = 0;
  return () => {
    while (waiting[0]) {
      const [name, at] = waiting[0];
      attempt += 1;
      const fault = at(attempt);
      if (fault) {
        met(name);
        return fault;
      }
      waiting.shift();
      attempt = 0;
    }
    return undefined;
  };
}

it('every reader gets the issue once when its batches meet every fault that passes by itself', async (context) => {
  const times = new Map(PASSING.map(([fault]) => [fault, 0]));
  const batches = new Map<string, () => Fault | undefined>();
  const { inject } = meeting(({ key }) => {
    const [, , batch = ''] = key.split('/');
    const number = batches.size;
    const next =
      batches.get(batch) ??
      inTurn(
        number < BATCHES ? PASSING.filter((_, index) => index % BATCHES === number) : [],
        (fault) => void times.set(fault, (times.get(fault) ?? 0) + 1),
      );
    batches.set(batch, next);
    return next();
  });
  const { ref, process } = await anIssue(paper, { inject, hangs: true });
  await recover(process);
  process.close();
  for (const [fault, met] of times) counter(context, `one batch: ${fault}`)(met, verdict(paper, ref));
  await expectOnce(paper, ref);
  expect([...times].filter(([, met]) => met === 0)).toEqual([]);
  forget(paper);
});

providerTests(() => ({ paper, smallPaper }), 10);
