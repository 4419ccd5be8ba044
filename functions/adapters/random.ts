import { randomBytes } from 'node:crypto';

/** Base 36, in lower case: an id may be read out, and stands in paths, keys and mails as it is. */
const RADIX = 36n;
/**
 * 103 bits. Fifty pointers of a feed must fit into the 4,096 bytes of one read unit (docs/decisions/feeds-from-pointers.md),
 * which the 36 characters of a UUID do not leave room for.
 */
const CHARACTERS = 20;

/** 20 random letters and digits. */
export function ids(): string {
  // 128 bits for 103: what the remainder favours some ids by is one part in 2²⁵.
  const random = BigInt(`0x${randomBytes(16).toString('hex')}`) % RADIX ** BigInt(CHARACTERS);
  return random.toString(Number(RADIX)).padStart(CHARACTERS, '0');
}

/** 256 random bits, URL-safe. */
export function secrets(): string {
  return randomBytes(32).toString('base64url');
}
