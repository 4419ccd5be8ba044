import fc from 'fast-check';
import { expect, it } from 'vitest';
import { counter } from './fault-table.ts';
import { forget, newspaper, verdict } from './newspaper.ts';
import { take, walks } from './walk.ts';

/**
 * Runs an issue with faults of all kinds that come together by chance. Two processes at a time die, fail, stall, lose
 * and repeat. `FAULTS_SEED` sets the seed, so that a failed run can be repeated. The order in which processes race
 * stays chance. `unset` is the seed without `FAULTS_SEED`.
 */
export function walkTest(runs: number, unset: number): void {
  const seed = Number(process.env.FAULTS_SEED ?? unset);

  it(`in ${runs} random walks readers who stay get the issue once, and readers who leave get the issue at most once`, async (context) => {
    const paper = await newspaper(60);
    const count = counter(context, `${runs} random walks (FAULTS_SEED=${seed})`);
    await fc.assert(
      fc.asyncProperty(walks, async (walk) => {
        const { ref, left, faults } = await take(paper, walk);
        const staying = paper.readers.filter((reader) => !left.includes(reader));
        const found = verdict(paper, ref, staying);
        const leavers = new Set(left.map(({ email }) => email));
        const strangers = found.strangers.filter((email) => !leavers.has(email));
        const mailed = paper.home.mails.length;
        count(faults, { ...found, strangers });
        const issue = await paper.home.services.issues.get(ref);
        forget(paper);
        expect({ ...found, strangers }).toEqual({
          owed: staying.length,
          lost: [],
          repeated: [],
          strangers: [],
        });
        expect(issue).toMatchObject({ state: 'sent', sent: mailed, failed: 0 });
        expect(issue?.planned).toBe(mailed + (issue?.left ?? 0));
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
  });
}
