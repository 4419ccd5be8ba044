import { randomBytes } from 'node:crypto';

/** Ids are in base 36 and lower case, so a person can read them out, and paths, keys and mails need not encode them. */
const RADIX = 36n;
/**
 * 20 characters carry 103 bits. Fifty pointers of a feed must fit into the 4,096 bytes of one read unit
 * (docs/decisions/feeds-from-pointers.md), and the 36 characters of a UUID would be too long for that.
 */
const CHARACTERS = 20;

/** Returns 20 random letters and digits. */
export function ids(): string {
  // The remainder of 128 random bits makes some ids more likely than others, but only by one part in 2²⁵.
  const random = BigInt(`0x${randomBytes(16).toString('hex')}`) % RADIX ** BigInt(CHARACTERS);
  return random.toString(Number(RADIX)).padStart(CHARACTERS, '0');
}

/** Returns 256 random bits as URL-safe text. */
export function secrets(): string {
  return randomBytes(32).toString('base64url');
}
