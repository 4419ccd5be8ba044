import { test } from 'vitest';
import { expectEvenLetters } from './even-letters.ts';

test('in 36,000 ids every letter and digit is as likely as another at every place', () => {
  expectEvenLetters(36_000);
});
