import { test } from 'vitest';
import { expectEvenLetters } from './even-letters.ts';

test('in 36,000 ids every letter and digit is equally likely at every place', () => {
  expectEvenLetters(36_000);
});
