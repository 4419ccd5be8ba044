import { expect, test } from 'vitest';
import { tryWhateverEditorsDo } from './whatever-editors-do.ts';

test('whatever editors do, an issue has the stories that are new, fit the edition and have room, and no story is in two issues of an edition', async () => {
  const { issues, mailed } = await tryWhateverEditorsDo(50);
  // The random runs did send issues, and some of these had several stories.
  expect(issues).toBeGreaterThan(50);
  expect(mailed).toBeGreaterThan(issues);
});
