import type { WrittenLater } from '../mails/placeholders.ts';

/** One mail, as the provider gets it. */
export type Mail = {
  from: string;
  to: string;
  replyTo?: string | undefined;
  subject: string;
  html: string | WrittenLater;
  text: string | WrittenLater;
  headers: Record<string, string>;
  /** Come back in the provider's webhooks. Letters, digits, `_` and `-`. */
  tags: { name: string; value: string }[];
};

/** What became of a request. Every kind tells what may be done next, so that no mail is lost and none sent twice. */
export type SendOutcome =
  /** Taken, once and for all. `ids` by index, undefined where that address was refused. */
  | { kind: 'accepted'; ids: (string | undefined)[]; rejected: { index: number; reason: string }[] }
  /** It may have been taken or not: repeat it with the same key and the same bytes. */
  | { kind: 'unknown'; reason: string }
  /** Not taken: wait, then repeat. */
  | { kind: 'throttled'; retryAfterSeconds: number; reason: string }
  /** Nothing can be sent from this account now: stop the issue, somebody has to act. */
  | { kind: 'account-refused'; reason: string }
  /** This request will never be taken as it is. */
  | { kind: 'request-refused'; reason: string }
  /** The provider knows the key, with other bytes: something was taken under it, and nobody can say what. */
  | { kind: 'key-taken'; reason: string };

export type Mailer = {
  /** 1 to 100 mails in one request. `key` has 1 to 256 characters and belongs to these bytes alone, for 24 hours. */
  send(mails: Mail[], key: string): Promise<SendOutcome>;
};
