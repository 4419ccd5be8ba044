import type { EditionSettings, Placeholder } from '../settings/publication.ts';
import { longDate } from '../shared/locale.ts';
import { shorten } from '../shared/text.ts';
import { headerLine } from './mail-words.ts';

/** Characters. A server may fold or cut longer ones; an inbox shows some sixty. */
export const MAX_SUBJECT = 150;
const MAX_WHOLE = 1000;

/** What the placeholders of an edition's templates stand for, in the language of the mail. */
export type SubjectFacts = {
  lead: string;
  edition: string;
  publication: string;
  /** Of the first story; empty where it has none. */
  section: string;
  /** Stories in the mail, most recent ones too. */
  count: number;
  scheduledAt: string;
};

type Templates = Pick<EditionSettings, 'subject' | 'preheader' | 'timeZone'>;

/** `characters` it has before it is cut to `MAX_SUBJECT`. */
export function subjectOf(
  edition: Templates,
  language: string,
  facts: SubjectFacts,
): { subject: string; characters: number } {
  const whole = headerLine(filled(edition, 'subject', language, facts) ?? facts.lead, MAX_WHOLE);
  return { subject: headerLine(whole || facts.edition, MAX_SUBJECT), characters: [...whole].length };
}

/** The edition's own words beside the subject; empty where its settings have none. */
export function ownPreheader(edition: Templates, language: string, facts: SubjectFacts): string {
  return headerLine(filled(edition, 'preheader', language, facts) ?? '', MAX_SUBJECT);
}

function filled(
  edition: Templates,
  name: 'subject' | 'preheader',
  language: string,
  facts: SubjectFacts,
): string | undefined {
  const template = edition[name]?.[language];
  if (!template) return undefined;
  const date = longDate(facts.scheduledAt, language, edition.timeZone);
  const values: Record<Placeholder, string> = {
    lead: facts.lead,
    edition: facts.edition,
    publication: facts.publication,
    // A template such as "{section}: {lead}" is not to begin with its colon.
    section: facts.section || facts.edition,
    count: String(facts.count),
    date: template.startsWith('{date}') ? sentenceCase(date, language) : date,
  };
  // In one pass: a brace that an editor typed into a headline is only a brace.
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => values[key as Placeholder] ?? whole);
}

/** Several languages write the names of days small, but not at the beginning of a line. */
export function sentenceCase(text: string, language: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(language) + rest.join('');
}

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
