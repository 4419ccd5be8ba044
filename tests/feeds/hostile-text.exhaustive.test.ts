import { test } from 'vitest';
import { postHostileText, setHostileText } from './hostile-fields.ts';
import { slugAnyText } from './slugs.ts';

test('hostile text in every field of 40 stories arrives in every reader as it was written', async () => {
  await postHostileText(40);
});

test('hostile text in 15 settings arrives in every reader as it was written, or is refused at start', async () => {
  await setHostileText(15);
});

test('the slug of a slug is the slug, in 2,000 names of every script', () => {
  slugAnyText(2000);
});
