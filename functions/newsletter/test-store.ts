import type { TestAnswer } from './previews.ts';

/** A test as it was composed, for a day: what is mailed, and what was answered. */
export type StoredTest = {
  id: string;
  requestHash: string;
  askedAt: string;
  mail: { from: string; replyTo?: string; subject: string; html: string; text: string };
  answer: TestAnswer;
};

export type TestStore = {
  /** `now` in milliseconds. */
  get(id: string, now: number): Promise<StoredTest | undefined>;
  /** With the event that has it mailed, whose id is given back; undefined: there is one of this id already. */
  put(test: StoredTest): Promise<string | undefined>;
};
