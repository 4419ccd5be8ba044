import { beforeAll, expect, it } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { counter } from './fault-table.ts';
import { expectOnce, forget, type Newspaper, newspaper, recover, verdict } from './newspaper.ts';
import { anIssue, meeting, PASSING, type Passing, providerTests } from './provider-faults.ts';

useDatabase();

let paper: Newspaper;
let smallPaper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(200);
  smallPaper = await newspaper(60);
});

/** An issue has five batches, and a batch without a fault is among them. */
const AT_ONCE = 4;
const groups = Array.from({ length: Math.ceil(PASSING.length / AT_ONCE) }, (_, group) =>
  PASSING.slice(group * AT_ONCE, (group + 1) * AT_ONCE),
);

it.for(groups.map((group) => ({ group, faults: group.map(([fault]) => fault).join('; ') })))(
  'every reader gets the issue once when each batch meets another of: $faults',
  async ({ group, faults }, context) => {
    const faultOf = new Map<string, Passing>();
    const waiting = [...group];
    const counts = new Map(group.map(([fault]) => [fault, 0]));
    const { inject } = meeting(({ key, ofKey }) => {
      const passing = faultOf.get(key) ?? (ofKey === 1 ? waiting.shift() : undefined);
      if (!passing) return undefined;
      faultOf.set(key, passing);
      const [fault, at] = passing;
      const met = at(ofKey);
      if (met) counts.set(fault, (counts.get(fault) ?? 0) + 1);
      return met;
    });
    const { ref, process } = await anIssue(paper, { inject, hangs: faults.includes('hangs') });
    await recover(process);
    process.close();
    for (const [fault, times] of counts) counter(context, `one batch: ${fault}`)(times, verdict(paper, ref));
    await expectOnce(paper, ref);
    expect(Math.min(...counts.values())).toBeGreaterThan(0);
    forget(paper);
  },
);

providerTests(() => ({ paper, smallPaper }), 10);
