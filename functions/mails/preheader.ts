import { shorten } from '../shared/text.ts';
import { headerLine } from './mail-words.ts';

/** Characters. An inbox shows about 90 after the subject; fewer than 40, and it fills up with the masthead. */
const MIN = 40;
const MAX = 90;
/** Of a piece, which is compared with the subject as a whole. */
const MAX_PIECE = 600;

/**
 * What an inbox shows beside the subject: the first of `pieces`, and as many of the others as it takes to be long
 * enough. `filler` is, by itself.
 */
export function preheaderOf(subject: string, pieces: string[], filler: string): string {
  let text = '';
  for (const words of [...pieces, filler]) {
    if ([...text].length >= MIN) break;
    const piece = headerLine(words, MAX_PIECE);
    if (piece && piece !== subject) text = text ? `${text} · ${piece}` : piece;
  }
  const preheader = shorten(text, MAX);
  return preheader === subject ? shorten(`${filler} · ${text}`, MAX) : preheader;
}
