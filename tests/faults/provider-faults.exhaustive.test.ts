import { beforeAll, expect, it } from 'vitest';
import { counter } from './fault-table.ts';
import { expectOnce, forget, type Newspaper, newspaper, recover, verdict } from './newspaper.ts';
import { anIssue, meeting, PASSING, providerTests } from './provider-faults.ts';

let paper: Newspaper;
let smallPaper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(200);
  smallPaper = await newspaper(60);
});

it.for(PASSING)(
  'every reader gets the issue once when every batch meets this fault: %s',
  async ([fault, at], context) => {
    const { inject, met } = meeting(({ ofKey }) => at(ofKey));
    const { ref, process } = await anIssue(paper, { inject, hangs: fault.includes('hangs') });
    await recover(process);
    process.close();
    counter(context, `every batch: ${fault}`)(met(), verdict(paper, ref));
    await expectOnce(paper, ref);
    expect(met()).toBeGreaterThanOrEqual(5);
    forget(paper);
  },
);

providerTests(() => ({ paper, smallPaper }), 1);
