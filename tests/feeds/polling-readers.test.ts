import { expect, test } from 'vitest';
import { pollWithWhatWasSaved } from './polling.ts';

test('whatever editors do and a feed reader saved, the feed reader ends with the entries of the whole documents', async () => {
  const { answers, deltas } = await pollWithWhatWasSaved(10, 25);
  expect(answers).toBeGreaterThan(25);
  // The fixed example alone has a delta of each format.
  expect(deltas).toBeGreaterThanOrEqual(3);
});
