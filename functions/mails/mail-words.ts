import type { Publication } from '../settings/publication.ts';
import { legalText, shorten } from '../shared/text.ts';
import type { MailLogo } from './mail-view.ts';
import { withoutPlaceholders } from './placeholders.ts';

/** These functions make texts and web addresses that editors typed fit for a mail. */

/**
 * Returns a text on one line, without placeholders and with at most `max` characters. The C1 controls and the line
 * separators of Unicode become spaces, because they break lines in headers and in plain text as CR and LF do (RFC 5322,
 * section 2.2).
 */
export function mailLine(text: string, max: number): string {
  // A headline may have 110,000 characters. Ten times `max` leaves enough room for the characters that are removed.
  const oneLine = legalText(text.slice(0, max * 10)).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return shorten(
    withoutPlaceholders(oneLine)
      .replace(/\s{2,}/g, ' ')
      .trim(),
    max,
  );
}

/**
 * The characters of Unicode that begin or end an embedding, an override or an isolate. The marks U+200E and U+200F are
 * not among them, because they do not change the direction of other text.
 */
const DIRECTION_CHANGES = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Returns a text for a header, or for the preheader beside it. An inbox shows the text in one line with other texts. A
 * change of direction that does not end, or whose end was cut off, would turn those texts round too (UAX #9, section
 * 2.7).
 */
export function headerLine(text: string, max: number): string {
  return mailLine(text.slice(0, max * 10).replace(DIRECTION_CHANGES, ''), max);
}

/**
 * The most bytes of a web address. Servers and mail programs cut longer ones. The limit also bounds the size of a
 * story.
 */
const MAX_LINK = 2048;

/** Returns the URL as a mail can carry it, or undefined if it is too long or has a scheme that is not in `schemes`. */
export function mailLink(url: string, schemes: string[]): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !schemes.includes(parsed.protocol)) return undefined;
  // A per cent sign that is not followed by two hex digits is escaped (RFC 3986, section 2.1). Two of them in a row
  // could be taken for the beginning of a placeholder.
  const link = parsed.href.replace(/%(?![0-9a-f]{2})/gi, '%25').replaceAll("'", '%27');
  return link.length <= MAX_LINK ? link : undefined;
}

/** Returns the logo from the settings of the publication, if they have one with an address that a mail can carry. */
export function mailLogo({ mail }: Publication): MailLogo | undefined {
  const { logo } = mail;
  const url = logo && mailLink(logo.url, ['https:']);
  return logo && url ? { ...logo, url } : undefined;
}
