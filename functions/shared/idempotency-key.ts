import { done, type Outcome, refused } from './refusal.ts';

/** The request's own key, from its header `Idempotency-Key`; undefined where it has none. */
export function parseIdempotencyKey(header: string | null | undefined): Outcome<string | undefined> {
  if (header === undefined || header === null) return done(undefined);
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return done(header);
  return refused({
    kind: 'malformed',
    detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.',
  });
}
