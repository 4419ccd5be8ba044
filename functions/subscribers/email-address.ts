import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';

/**
 * An address as a person typed it → the form in which it is stored and mailed: trimmed, its domain in lower case.
 * Undefined where it cannot be an address. Internationalised ones are accepted (RFC 6531). What is refused most: spaces, line ends
 * (they would enter a header) and domains without a dot.
 */
export function parseAddress(typed: string): string | undefined {
  const text = typed.trim().normalize('NFC');
  if (!text.isWellFormed()) return undefined;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1).toLowerCase();
  // RFC 5321, 4.5.3.1: 64 octets before the @; 254 in all fit into a path.
  if (at < 1 || Buffer.byteLength(local) > 64 || Buffer.byteLength(text) > 254) return undefined;
  if (!/^[^\s\p{Cc}\p{Cf}"(),:;<>@[\\\]]+$/u.test(local) || /^\.|\.$|\.\./.test(local)) return undefined;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  if (labels.length < 2 || !labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)))
    return undefined;
  return /^\d+$/.test(labels.at(-1) ?? '') ? undefined : `${local}@${domain}`;
}

/** Whose address it is, and whether it is suppressed, is looked up by this: case does not make another reader. */
export function addressHash(address: string): string {
  return createHash('sha256').update(address.toLowerCase()).digest('hex');
}
