import { expect, test } from 'vitest';
import { tryWhateverEditorsDo } from './whatever-editors-do.ts';

test('whatever editors do, an issue has what is new, fits and has room, and no story is in two issues of an edition', async () => {
  const { issues, mailed } = await tryWhateverEditorsDo(6);
  // Issues were really sent, and some of them had several stories.
  expect(issues).toBeGreaterThan(4);
  expect(mailed).toBeGreaterThan(issues);
});
