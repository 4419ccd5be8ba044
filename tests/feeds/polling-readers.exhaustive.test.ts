import { expect, test } from 'vitest';
import { pollWithWhatWasSaved } from './polling.ts';

test('whatever editors do in 120 walks, a reader ends with the entries of one that reads everything', async () => {
  const { answers, deltas } = await pollWithWhatWasSaved(120, 40);
  expect(answers).toBeGreaterThan(300);
  // Walks without the example had 17 to 29 of them.
  expect(deltas).toBeGreaterThan(5);
});
