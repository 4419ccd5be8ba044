import { DAY_SECONDS } from './clock.ts';

/** An Idempotency-Key has 1 to 255 printable ASCII characters without spaces. */
export const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

/**
 * The answer to a request with an Idempotency-Key is kept for this long, and the same request gets it again. The mail provider
 * remembers the keys of its requests for the same time.
 */
export const KEY_SECONDS = DAY_SECONDS;
