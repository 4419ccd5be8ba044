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

/** What the preheader of a digest is made of. Each text may be empty. */
export type DigestWords = {
  /** The words that an editor gave to this one issue, or else those of the edition's settings. */
  own: string;
  /** The summary of the first story. */
  dek: string;
  /** The headlines of the other stories. */
  headlines: string[];
  /** The description of the edition. */
  description: string;
  /** A phrase that every mail may have. */
  filler: string;
};

/** Returns the preheader of a digest. If its own words are missing or short, it goes on with the dek, and so on. */
export function digestPreheader(
  subject: string,
  { own, dek, headlines, description, filler }: DigestWords,
): string {
  return preheaderOf(subject, [own, dek, ...headlines, description], filler);
}

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
