import { expect, test } from 'vitest';
import { ids } from '../../functions/adapters/random.ts';
import { isArticleId } from '../../functions/articles/article-fields.ts';
import { expectEvenLetters } from './even-letters.ts';

test('ids are 20 lower-case letters and digits, all different, and may be those of articles', () => {
  const made = Array.from({ length: 20_000 }, ids);
  expect(new Set(made).size).toBe(made.length);
  expect(made.filter((id) => !/^[0-9a-z]{20}$/.test(id) || !isArticleId(id))).toEqual([]);
});

test('every letter and digit is as likely as another at every place of an id', () => {
  expectEvenLetters(3600);
});
