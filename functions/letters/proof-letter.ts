import type { Letter, LetterServices } from './letter.ts';

/** What an issue would be, for editors: nobody can leave by it, and nobody is counted. */
export async function proofLetter(
  { proofs, clock }: Pick<LetterServices, 'proofs' | 'clock'>,
  proofId: string,
): Promise<Letter | undefined> {
  const proof = await proofs.get(proofId, clock());
  if (!proof) return undefined;
  const mails = proof.answer.to.map((to) => ({
    ...proof.mail,
    to,
    headers: {},
    tags: [
      { name: 'kind', value: 'proof' },
      { name: 'edition', value: proof.answer.edition },
    ],
  }));
  // An Idempotency-Key may come again when its day is over, for another mail.
  return { what: 'a proof', mails, key: `proof/${proofId}/${proof.askedAt}` };
}
