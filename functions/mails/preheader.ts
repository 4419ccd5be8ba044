import { shorten } from '../shared/text.ts';
import { headerLine } from './mail-words.ts';

/** The preheader of a mail, which an inbox shows beside the subject. */

/**
 * The fewest characters of a preheader. An inbox shows about 90. If a preheader has fewer than 40, the inbox fills the
 * line with the beginning of the mail.
 */
const MIN_PREHEADER = 40;

const MAX_PREHEADER = 90;

/**
 * The most characters of a piece of a preheader. A piece is compared with the whole subject before it is cut to the
 * length of a preheader.
 */
const MAX_PIECE = 600;

/**
 * Returns the preheader of a mail: the first of `pieces`, and as many of the next ones as the preheader needs to be
 * long enough. `filler` comes last and is long enough alone.
 */
export function preheaderOf(subject: string, pieces: string[], filler: string): string {
  let text = '';
  for (const words of [...pieces, filler]) {
    if ([...text].length >= MIN_PREHEADER) break;
    const piece = headerLine(words, MAX_PIECE);
    if (piece && piece !== subject) text = text ? `${text} · ${piece}` : piece;
  }
  const preheader = shorten(text, MAX_PREHEADER);
  return preheader === subject ? shorten(`${filler} · ${text}`, MAX_PREHEADER) : preheader;
}
