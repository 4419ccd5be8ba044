import type { WrittenLater } from '../mails/placeholders.ts';

/** One mail as the provider gets it. */
export type Mail = {
  from: string;
  to: string;
  replyTo?: string | undefined;
  subject: string;
  html: string | WrittenLater;
  text: string | WrittenLater;
  headers: Record<string, string>;
  /** The provider's webhooks repeat the tags. They may have letters, digits, `_` and `-`. */
  tags: { name: string; value: string }[];
};

/**
 * The outcome of a request. Each kind decides what may be done next, so that no mail is lost and none is sent twice.
 */
export type SendOutcome =
  /** The provider took the mails. An id is undefined if the provider refused that address. */
  | { kind: 'accepted'; ids: (string | undefined)[]; rejected: { index: number; reason: string }[] }
  /** The provider may have taken the mails or not. The request may be repeated with the same key and the same bytes. */
  | { kind: 'unknown'; reason: string }
  /** The provider did not take the mails because of its rate limit. The request is repeated later. */
  | { kind: 'throttled'; retryAfterSeconds: number; reason: string }
  /** The provider takes nothing from this account. The issue stops until somebody acts. */
  | { kind: 'account-refused'; reason: string }
  /** The provider will never take this request as it is. */
  | { kind: 'request-refused'; reason: string }
  /**
   * The provider has seen the key with other bytes. It took something under the key, and nobody can find out what that
   * was.
   */
  | { kind: 'key-taken'; reason: string };

/** Returns a mailer for a deployment that has no account yet. Issues then stop with this reason, and letters wait. */
export function mailerWithoutAccount(reason: string): Mailer {
  return { send: async () => ({ kind: 'account-refused', reason }) };
}

export type Mailer = {
  /**
   * Sends 1 to 100 mails in one request. `key` has 1 to 256 characters. It must not be used with other bytes within 24
   * hours.
   */
  send(mails: Mail[], key: string): Promise<SendOutcome>;
};
