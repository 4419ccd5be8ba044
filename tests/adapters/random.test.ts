import { expect, test } from 'vitest';
import { ids } from '../../functions/adapters/random.ts';
import { isArticleId } from '../../functions/articles/article-fields.ts';
import { expectEvenLetters } from './even-letters.ts';

test('ids have 20 lower-case letters and digits, are all different, and are allowed as ids of articles', () => {
  const made = Array.from({ length: 20_000 }, ids);
  expect(new Set(made).size).toBe(made.length);
  expect(made.filter((id) => !/^[0-9a-z]{20}$/.test(id) || !isArticleId(id))).toEqual([]);
});

test('every letter and digit is equally likely at every place of an id', () => {
  expectEvenLetters(3600);
});
