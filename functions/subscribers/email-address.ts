import { domainToASCII } from 'node:url';
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';
import { isLocalPart, isMailDomain } from '../shared/named-address.ts';
import { sha256 } from '../shared/text.ts';

/** Why a text is not a mail address, or why we do not mail that address. */
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

/** What the API says about each fault. The pages have their own phrases (`page.fault.email.…`). */
export const ADDRESS_RULES: Record<AddressFault, string> = {
  missing: `is missing: it must be a mail address, ${EXAMPLE}`,
  'no-at': `has no @: it must be a mail address, ${EXAMPLE}`,
  spaces: 'has a space, a line end or another invisible character: a mail address must not have one',
  unreadable:
    'has U+FFFD, which stands for a character that could not be read: send the address in UTF-8, percent-encoded as such in a form',
  'too-long': 'is too long: at most 64 bytes before the @ and 254 in all (RFC 5321)',
  'local-part':
    'has something before the @ that cannot be mailed: brackets, quotes, a comma, another @, a dot at the beginning or the end, or two dots in a row',
  domain: 'must have a domain with a dot in it after the @, such as paper.example',
  disposable:
    'belongs to a service for throwaway addresses: use an address that you will still read next week',
};

type Read = { ok: true; address: string } | { ok: false; fault: AddressFault };

/**
 * Reads an address that a person typed. Returns the address as it is stored and shown: trimmed, with the domain in
 * lower case. Returns undefined if the text cannot be an address. Internationalised addresses are accepted (RFC 6531).
 * Line ends must be refused, because they would enter a header.
 */
export function parseAddress(typed: string): string | undefined {
  const read = readAddress(typed);
  return read.ok ? read.address : undefined;
}

/**
 * Reads an address that somebody wants to subscribe. Returns it as `parseAddress` does, or says what is wrong with it.
 */
export function parseReaderAddress(typed: string): Read {
  const read = readAddress(typed);
  return read.ok && isDisposable(read.address) ? { ok: false, fault: 'disposable' } : read;
}

/** Reads an address, and says what is wrong with it. Addresses at throwaway domains are read too. */
export function readAddress(typed: string): Read {
  const no = (fault: AddressFault): Read => ({ ok: false, fault });
  const text = typed.trim().normalize('NFC');
  if (text === '') return no('missing');
  // RFC 5321, 4.5.3.1: 254 octets fit into a path, 64 of them before the @.
  if (Buffer.byteLength(text) > 254) return no('too-long');
  // Domains in Persian and Hindi need the invisible joiners U+200C and U+200D (RFC 5892, A.1 and A.2). They are refused
  // before the @, where no address needs them.
  if (!text.isWellFormed() || /[\s\p{Cc}]|(?![\u200c\u200d])\p{Cf}|[\u200c\u200d].*@/u.test(text))
    return no('spaces');
  // A decoder writes U+FFFD for bytes that are not in the charset that the request named.
  if (text.includes('\ufffd')) return no('unreadable');
  const at = text.lastIndexOf('@');
  if (at < 0) return no('no-at');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1).toLowerCase();
  if (Buffer.byteLength(local) > 64) return no('too-long');
  if (!isLocalPart(local)) return no('local-part');
  return isMailDomain(domain) ? { ok: true, address: `${local}@${domain}` } : no('domain');
}

/**
 * The list of throwaway services. It is loaded when the first address is checked, so that a process that only serves
 * feeds does not wait for it at its start.
 */
let disposable: Set<string> | undefined;

/**
 * Checks whether the domain, or a domain above it, is on the list of throwaway services that the mail community keeps.
 * Services that forward mail to a person are not on that list.
 */
function isDisposable(address: string): boolean {
  disposable ??= disposableEmailBlocklistSet();
  const listed = disposable;
  const labels = domainToASCII(address.slice(address.lastIndexOf('@') + 1)).split('.');
  return labels.some((_, at) => at < labels.length - 1 && listed.has(labels.slice(at).join('.')));
}

/**
 * Returns the key under which an address's reader and its suppression are stored. Addresses that differ only in case
 * have the same key. So do the two ways to write an international domain, because mail programs and providers use the
 * one in ASCII.
 */
export function addressHash(address: string): string {
  const domainAt = address.lastIndexOf('@') + 1;
  const domain = address.slice(domainAt);
  const mailbox = `${address.slice(0, domainAt)}${domainToASCII(domain) || domain}`;
  return sha256(mailbox.toLowerCase());
}

/** These two are one domain, and ignore dots before the @. */
const GMAIL = ['gmail.com', 'googlemail.com'];

/**
 * Returns the key of the inbox that an address most likely belongs to. It is for limits only. Everything after a `+` is a
 * label of the reader's own, so `ana+1@paper.example` and `ana+2@paper.example` are one inbox with many addresses. At
 * Gmail the dots before the @ have no meaning either.
 */
export function inboxHash(address: string): string {
  const at = address.lastIndexOf('@');
  const [local = ''] = address.slice(0, at).split('+');
  const domain = address.slice(at + 1).toLowerCase();
  // An address that begins with a + has no other name.
  if (local === '') return addressHash(address);
  return addressHash(
    GMAIL.includes(domain) ? `${local.replaceAll('.', '')}@${GMAIL[0]}` : `${local}@${domain}`,
  );
}

/**
 * Removes mail addresses from the reason that a mail server gave. Servers often repeat the address in it, and we may
 * keep no more than the hash of an address.
 */
export function withoutAddresses(reason: string): string {
  return reason.replace(/[^\s<>]+@[^\s<>]+/g, '…');
}
