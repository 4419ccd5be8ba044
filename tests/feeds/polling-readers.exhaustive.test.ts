import { expect, test } from 'vitest';
import { pollWithWhatWasSaved } from './polling.ts';

test('whatever editors do in 120 random walks, a polling feed reader ends with the entries of the whole documents', async () => {
  const { answers, deltas } = await pollWithWhatWasSaved(120, 40);
  expect(answers).toBeGreaterThan(300);
  // Random walks without the fixed example had 17 to 29 deltas.
  expect(deltas).toBeGreaterThan(5);
});
