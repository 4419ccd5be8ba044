import { expect, test } from 'vitest';
import { tryWhateverEditorsDo } from './whatever-editors-do.ts';

/** With this seed the random runs send issues, and some of them have several stories. */
const SEED = 8;

test('whatever editors do, an issue has the stories that are new, fit the edition and have room, and no story is in two issues of an edition', async () => {
  const { issues, mailed } = await tryWhateverEditorsDo(8, SEED);
  // The random runs did send issues, and some of these had several stories.
  expect(issues).toBeGreaterThan(4);
  expect(mailed).toBeGreaterThan(issues);
});
