import { test } from 'vitest';
import { postHostileText, setHostileText } from './hostile-fields.ts';
import { slugAnyText } from './slugs.ts';

test('hostile text in every field of 40 stories arrives in every feed reader as it was written', async () => {
  await postHostileText(40);
});

test('hostile text in 15 settings arrives in every feed reader as it was written', async () => {
  await setHostileText(15);
});

test('making a slug of a slug changes nothing, in 2,000 names of every script', () => {
  slugAnyText(2000);
});
