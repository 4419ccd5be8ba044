import type { Publication } from '../settings/publication.ts';
import { legalText, shorten } from '../shared/text.ts';
import type { MailLogo } from './mail-view.ts';
import { withoutPlaceholders } from './placeholders.ts';

/**
 * What an editor typed, as a mail can carry it: on one line, without tokens and at most `max` characters. The C1 controls
 * and the line separators of Unicode break lines in headers and in plain text as CR and LF do (RFC 5322, 2.2).
 */
export function mailLine(text: string, max: number): string {
  // A headline may have 110,000 characters; ten times what is wanted leaves room for what is taken out.
  const oneLine = legalText(text.slice(0, max * 10)).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return shorten(
    withoutPlaceholders(oneLine)
      .replace(/\s{2,}/g, ' ')
      .trim(),
    max,
  );
}

/** Embeddings, overrides and isolates, with what ends them. The marks U+200E and U+200F turn nothing but themselves. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * What stands in a header, or beside one in an inbox. A list of mails shows it in one line with other texts, which a
 * change of direction that is not ended, or whose end was cut off, would turn round as well (UAX #9, 2.7).
 */
export function headerLine(text: string, max: number): string {
  return mailLine(text.slice(0, max * 10).replace(TURNS, ''), max);
}

/** Bytes. Servers and clients cut longer ones; it also keeps the size of a story within bounds. */
const MAX_LINK = 2048;

/** The URL as a mail can carry it, or undefined where it is too long or of another scheme. */
export function mailLink(url: string, schemes: string[]): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !schemes.includes(parsed.protocol)) return undefined;
  // A lone per cent sign stands for itself, and two of them might begin a token (RFC 3986, 2.1).
  const link = parsed.href.replace(/%(?![0-9a-f]{2})/gi, '%25').replaceAll("'", '%27');
  return link.length <= MAX_LINK ? link : undefined;
}

export function mailLogo({ mail }: Publication): MailLogo | undefined {
  const { logo } = mail;
  const url = logo && mailLink(logo.url, ['https:']);
  return logo && url ? { ...logo, url } : undefined;
}
