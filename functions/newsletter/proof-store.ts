import type { Proof } from './previews.ts';

/** A test as it was composed, for a day: what is mailed, and what was answered. */
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
  /** With the event that has it mailed, whose id is given back; undefined: there is one of this id already. */
  put(test: StoredProof): Promise<string | undefined>;
};
