import type { Proof } from './previews.ts';

/** A proof as it was rendered: the mail, and the answer to the request. It is stored for a day. */
export type StoredProof = {
  id: string;
  requestHash: string;
  askedAt: string;
  mail: { from: string; replyTo?: string; subject: string; html: string; text: string };
  answer: Proof;
};

export type ProofStore = {
  /** `now` in milliseconds. */
  get(id: string, now: number): Promise<StoredProof | undefined>;
  /**
   * Stores a proof together with the event that gets it mailed. Returns the event's id, or undefined if a proof with
   * this id is stored already.
   */
  put(proof: StoredProof): Promise<string | undefined>;
};
