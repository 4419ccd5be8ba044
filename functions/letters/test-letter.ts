import type { Letter, LetterServices } from './letter.ts';

/** What an issue would be, for editors: nobody can leave by it, and nobody is counted. */
export async function testLetter(
  { tests, clock }: Pick<LetterServices, 'tests' | 'clock'>,
  testId: string,
): Promise<Letter | undefined> {
  const test = await tests.get(testId, clock());
  if (!test) return undefined;
  const mails = test.answer.to.map((to) => ({
    ...test.mail,
    to,
    headers: {},
    tags: [
      { name: 'kind', value: 'test' },
      { name: 'edition', value: test.answer.edition },
    ],
  }));
  // An Idempotency-Key may come again when its day is over, for another mail.
  return { what: 'a test', mails, key: `test/${testId}/${test.askedAt}` };
}
