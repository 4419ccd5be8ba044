import { createHash } from 'node:crypto';

/** Functions on text: what every format can carry, escaping, shortening, slugs and hashes. */

/**
 * XML 1.0, section 2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]. Lone
 * surrogates are illegal too. With the `u` flag each of them matches as a code point.
 */
const ILLEGAL_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * Returns the text without the characters that XML forbids. Line ends become LF, as XML parsers read them (section
 * 2.11).
 */
export function legalText(text: string): string {
  return text.replace(ILLEGAL_IN_XML, '').replace(/\r\n?/g, '\n');
}

/** Returns how many characters `legalText` would remove. */
export function countIllegal(text: string): number {
  return text.match(ILLEGAL_IN_XML)?.length ?? 0;
}

/**
 * Returns legal text on one line. A line break in a headline is a typing error, and attributes cannot hold line breaks.
 */
export function legalLine(text: string): string {
  return legalText(text)
    .replace(/[\t\n]+/g, ' ')
    .trim();
}

/** Compares text by its code units for `sort`. The order is the same on every machine, whatever its locale is. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Escapes plain text for HTML and XML, both for character data and for attribute values. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Shortens text to at most `max` characters. The cut is after a word if one ends near it, and an ellipsis marks it. */
export function shorten(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) return text;
  const cut = characters.slice(0, max - 1).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${(lastSpace > cut.length * 0.7 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`;
}

/**
 * Returns the slug of a section, tag or author for its address: `López Obrador` becomes `lopez-obrador`. Letters become
 * lower case and lose their accents, and hyphens replace everything else. Letters of other scripts stay (`تعلیم`,
 * `政治`), because such tags would have no feed without them. The slug is empty if the name has no letter and no digit.
 * Long names that begin with the same 150 characters share a slug.
 */
export function slugOf(name: string): string {
  const whole = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return [...whole].slice(0, MAX_CHARACTERS).join('').replace(/-+$/, '');
}

/**
 * The most characters of a slug. At four bytes each, they fit into a DynamoDB key (2,048 bytes) and, percent-encoded,
 * into a URL.
 */
const MAX_CHARACTERS = 150;

/** Checks whether the text is a slug that `slugOf` can return. */
export function isSlug(text: string): boolean {
  return text !== '' && slugOf(text) === text;
}

/** Returns the SHA-256 of a text (as UTF-8) or of bytes, as 64 hexadecimal characters. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
