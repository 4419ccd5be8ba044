import fc from 'fast-check';
import { expect, it } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { counter } from './fault-table.ts';
import { forget, newspaper, verdict } from './newspaper.ts';
import { take, walks } from './walk.ts';

/** Faults of all kinds together, by chance: two processes at a time that die, fail, stall, lose and repeat. */

useDatabase();

const RUNS = 20;
/** Set it to walk again where a run has failed; what waits for what is chance nevertheless. */
const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 2 ** 31);

it(`${RUNS} random walks: who stays gets the issue once, who leaves at most once`, {
  timeout: 600_000,
}, async (context) => {
  const paper = await newspaper(60);
  const count = counter(context, `${RUNS} random walks (FAULTS_SEED=${seed})`);
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
    { numRuns: RUNS, seed, endOnFailure: true },
  );
});
