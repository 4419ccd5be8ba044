import { randomBytes } from 'node:crypto';

/** 256 random bits, URL-safe. */
export function secrets(): string {
  return randomBytes(32).toString('base64url');
}
