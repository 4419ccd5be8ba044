import { createHash } from 'node:crypto';

/**
 * Text that every format can carry.
 *
 * XML 1.0, 2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].
 * Lone surrogates are outside it too: with the `u` flag they match as code points of their own.
 */
const ILLEGAL_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** The text without characters that XML forbids, line ends as LF (XML 1.0, 2.11 makes them so anyway). */
export function legalText(text: string): string {
  return text.replace(ILLEGAL_IN_XML, '').replace(/\r\n?/g, '\n');
}

/** How many characters `legalText` would remove. */
export function countIllegal(text: string): number {
  return text.match(ILLEGAL_IN_XML)?.length ?? 0;
}

/** Legal text on one line: a line break in a headline is a slip of the keyboard, and attributes cannot hold it. */
export function legalLine(text: string): string {
  return legalText(text)
    .replace(/[\t\n]+/g, ' ')
    .trim();
}

/** Text as HTML or XML character data and attribute values. */
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

/** At most `max` characters, cut at a word where one ends near, with an ellipsis when cut. */
export function shorten(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) return text;
  const cut = characters.slice(0, max - 1).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${(lastSpace > cut.length * 0.7 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`;
}

/**
 * The name of a section, tag or author as it stands in a path: lower case, accents removed, the rest to hyphens.
 * `López Obrador` → `lopez-obrador`. Letters of other scripts stay (`تعلیم`, `政治`), or such tags would have no feed.
 * Empty when the name has no letter and no digit. Names that are the same for so long share a slug.
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

/** Whether some name has this slug. */
export function isSlug(text: string): boolean {
  return text !== '' && slugOf(text) === text;
}

/** Four bytes each and percent-encoded, with room to spare in a DynamoDB key (2,048 bytes) and in a URL. */
const MAX_CHARACTERS = 150;

/** SHA-256 of a text (in UTF-8) or of bytes, in hexadecimal: 64 characters. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
