import { decodeHTML } from 'entities';
import { legalText } from '../shared/text.ts';

/** The most characters of a body that are searched for a few sentences. */
const LOOKED_AT = 20_000;
const NOT_PROSE = /<(figure|table|pre|h[2-6]|audio|video)\b[\s\S]*?<\/\1>/g;
const INLINE_TAG =
  /<\/?(?:a|em|strong|b|i|u|s|sub|sup|small|mark|abbr|cite|q|time|span|code|dfn|data|bdi|wbr)\b[^>]*>/g;

/**
 * Returns the beginning of a body as plain text on one line, without figures, tables and headings. `html` must be
 * sanitised, so that no `<` or `>` is part of its text or of an attribute.
 */
export function excerptOf(html: string): string {
  const prose = html
    .slice(0, LOOKED_AT)
    .replace(/<[^>]*$/, '')
    .replace(NOT_PROSE, ' ')
    .replace(INLINE_TAG, '')
    .replace(/<[^>]*>/g, ' ');
  // The cut may have gone through a surrogate pair, and `legalText` removes its half.
  return legalText(decodeHTML(prose)).replace(/\s+/g, ' ').trim();
}
