import { DAY_SECONDS } from './clock.ts';
import { done, type Outcome, refused } from './refusal.ts';

/**
 * The answer to a request with an Idempotency-Key is kept for this long, and the same request gets it again. The mail provider
 * remembers the keys of its requests for the same time.
 */
export const KEY_SECONDS = DAY_SECONDS;

/** Reads the header `Idempotency-Key`. The value is undefined if the request has no such header. */
export function parseIdempotencyKey(header: string | null | undefined): Outcome<string | undefined> {
  if (header === undefined || header === null) return done(undefined);
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return done(header);
  return refused({
    kind: 'malformed',
    detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.',
  });
}
