import { expect, test } from 'vitest';
import { pollWithWhatWasSaved } from './polling.ts';

test('whatever editors do, and whatever a reader saved, it ends with the entries of one that reads everything', async () => {
  const { answers, deltas } = await pollWithWhatWasSaved(10, 25);
  expect(answers).toBeGreaterThan(25);
  // The example alone has a delta of each format.
  expect(deltas).toBeGreaterThanOrEqual(3);
});
