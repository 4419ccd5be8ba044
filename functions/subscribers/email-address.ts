import { domainToASCII } from 'node:url';
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';
import { sha256 } from '../shared/text.ts';

/** Why a text is no mail address, or none that we mail. */
export type AddressFault =
  | 'missing'
  | 'no-at'
  | 'spaces'
  | 'unreadable'
  | 'too-long'
  | 'local-part'
  | 'domain'
  | 'disposable';

const EXAMPLE = 'such as ana@paper.example';

/** For programs; pages have phrases of their own (`page.fault.email.…`). */
export const ADDRESS_RULES: Record<AddressFault, string> = {
  missing: `is missing: it must be a mail address, ${EXAMPLE}`,
  'no-at': `has no @: it must be a mail address, ${EXAMPLE}`,
  spaces: 'has a space, a line end or another character that cannot be seen: a mail address has none',
  unreadable:
    'has U+FFFD, which stands for a character that could not be read: send the address in UTF-8, percent-encoded as such in a form',
  'too-long': 'is too long: at most 64 bytes before the @ and 254 in all (RFC 5321)',
  'local-part':
    'has something before the @ that cannot be mailed: brackets, quotes, a comma, another @, or a dot at an end or beside another',
  domain: 'must have a domain with a dot in it after the @, such as paper.example',
  disposable: 'is of a service for throwaway addresses: use one that you will still read next week',
};

type Read = { ok: true; address: string } | { ok: false; fault: AddressFault };

/**
 * An address as a person typed it → the form in which it is stored and shown: trimmed, its domain in lower case.
 * Undefined where it cannot be an address. Internationalised ones are accepted (RFC 6531). What is refused most: spaces, line ends
 * (they would enter a header) and domains without a dot.
 */
export function parseAddress(typed: string): string | undefined {
  const read = readAddress(typed);
  return read.ok ? read.address : undefined;
}

/** The same for an address that is to be subscribed, with what is wrong with it. */
export function parseReaderAddress(typed: string): Read {
  const read = readAddress(typed);
  return read.ok && isDisposable(read.address) ? { ok: false, fault: 'disposable' } : read;
}

function readAddress(typed: string): Read {
  const no = (fault: AddressFault): Read => ({ ok: false, fault });
  const text = typed.trim().normalize('NFC');
  if (text === '') return no('missing');
  // RFC 5321, 4.5.3.1: 254 octets fit into a path, 64 of them before the @.
  if (Buffer.byteLength(text) > 254) return no('too-long');
  // Persian and Hindi domains have joiners (RFC 5892, A.1 and A.2), which nothing before the @ needs.
  if (!text.isWellFormed() || /[\s\p{Cc}]|(?![\u200c\u200d])\p{Cf}|[\u200c\u200d].*@/u.test(text))
    return no('spaces');
  // What a decoder puts where bytes were not in the charset that they were said to be in.
  if (text.includes('\ufffd')) return no('unreadable');
  const at = text.lastIndexOf('@');
  if (at < 0) return no('no-at');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1).toLowerCase();
  if (Buffer.byteLength(local) > 64) return no('too-long');
  if (!/^[^"(),:;<>@[\\\]]+$/u.test(local) || /^\.|\.$|\.\./.test(local)) return no('local-part');
  const labels = domainToASCII(domain).split('.');
  const isDomain =
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '');
  return isDomain ? { ok: true, address: `${local}@${domain}` } : no('domain');
}

/** Read with the first address that somebody types: a cold start that only serves feeds pays nothing for it. */
let disposable: Set<string> | undefined;

/** A domain of a list that the mail community keeps, or one below it. Aliases that forward to a person are not on it. */
function isDisposable(address: string): boolean {
  disposable ??= disposableEmailBlocklistSet();
  const listed = disposable;
  const labels = domainToASCII(address.slice(address.lastIndexOf('@') + 1)).split('.');
  return labels.some((_, at) => at < labels.length - 1 && listed.has(labels.slice(at).join('.')));
}

/**
 * Whose address it is, and whether it is suppressed, is looked up by this. Neither case makes another reader, nor a domain
 * in ASCII, as mail programs and providers write it.
 */
export function addressHash(address: string): string {
  const domainAt = address.lastIndexOf('@') + 1;
  const domain = address.slice(domainAt);
  const mailbox = `${address.slice(0, domainAt)}${domainToASCII(domain) || domain}`;
  return sha256(mailbox.toLowerCase());
}

/** What a mail server gives as its reason, to be kept: servers like to repeat the address, of which no more than a hash is. */
export function withoutAddresses(reason: string): string {
  return reason.replace(/[^\s<>]+@[^\s<>]+/g, '…');
}
