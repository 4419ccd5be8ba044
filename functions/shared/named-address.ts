import { domainToASCII } from 'node:url';

/** An address with or without a name, as headers of mails have it: `The Paper <news@paper.example>` (RFC 5322, section 3.4). */
export type NamedAddress = { name: string | undefined; address: string };

/**
 * Reads an address as a person writes it. The name is plain text, whatever characters it has. Only a name that is one
 * quoted string as a whole (section 3.2.4) is read without its quotes. Returns undefined if the text is no address, or
 * more than one.
 */
export function parseNamedAddress(text: string): NamedAddress | undefined {
  const [, written = '', address = ''] = /^(.*)<\s*([^<>]*?)\s*>$/su.exec(text.trim()) ?? [
    undefined,
    '',
    text.trim(),
  ];
  const at = address.lastIndexOf('@');
  if (at < 0 || !isLocalPart(address.slice(0, at)) || INVISIBLE.test(address)) return undefined;
  const name = unquoted(written.replace(/\s+/gu, ' ').trim());
  // The brackets of another address in the name mean that these are two addresses.
  return /<[^<>]*@[^<>]*>/u.test(name) ? undefined : { name: name || undefined, address };
}

/**
 * Writes an address as every parser reads it. A name stays as it is if it consists of atoms, and is quoted otherwise
 * (sections 3.2.3 and 3.2.4). Characters beyond ASCII stay too: the mail provider encodes them (RFC 2047). The domain is
 * written in A-labels (RFC 5890, section 2.3.2.1), so that servers without SMTPUTF8 can route the mail. The part before
 * the @ has no such form (RFC 6531).
 */
export function writtenAddress({ name, address }: NamedAddress): string {
  const domainAt = address.lastIndexOf('@') + 1;
  const domain = address.slice(domainAt);
  const routed = `${address.slice(0, domainAt)}${/\P{ASCII}/u.test(domain) ? domainToASCII(domain) || domain : domain}`;
  if (name === undefined) return routed;
  return `${ATOMS.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`} <${routed}>`;
}

/** Checks the part before the @: a dot-atom of RFC 5322, section 3.2.3. No address in use needs a quoted string there. */
export function isLocalPart(text: string): boolean {
  return /^[^"(),:;<>@[\\\]]+$/u.test(text) && !/^\.|\.$|\.\./.test(text);
}

/** Checks whether a domain is a name with a dot in it, which mails can be sent to. It may have letters beyond ASCII. */
export function isMailDomain(domain: string): boolean {
  const labels = domainToASCII(domain).split('.');
  return (
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}

/** No address has these. Domains in Persian and Hindi need the joiners U+200C and U+200D (RFC 5892, A.1 and A.2). */
const INVISIBLE = /[\s\p{Cc}]|(?![\u200c\u200d])\p{Cf}/u;
/** Words of atoms (RFC 5322, section 3.2.3), with the characters that RFC 6532, section 3.2, adds to them. */
const ATOMS = /^(?:[\w!#$%&'*+\-/=?^`{|}~]|\P{ASCII})+(?: (?:[\w!#$%&'*+\-/=?^`{|}~]|\P{ASCII})+)*$/u;
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/su;

function unquoted(name: string): string {
  const inside = QUOTED.exec(name)?.[1];
  return inside === undefined ? name : inside.replace(/\\(.)/gsu, '$1').trim();
}
