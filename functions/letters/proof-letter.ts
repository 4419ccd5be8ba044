import type { Letter, LetterServices } from './letter.ts';

/** Makes the mails of a proof. They have no headers to unsubscribe with, and they change no counter of an issue. */
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
  // The id may come from an Idempotency-Key. A client may use that key again a day later for another proof, so the time
  // of the request is part of the letter's key.
  return { what: 'a proof', mails, key: `proof/${proofId}/${proof.askedAt}` };
}
