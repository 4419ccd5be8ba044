import type { EditionSettings, Placeholder } from '../settings/publication.ts';
import { longDate } from '../shared/locale.ts';
import { headerLine } from './mail-words.ts';

/** What an inbox shows of a mail: the subject and the preheader. */

/** The most characters of a subject. Servers may fold or cut a longer one. An inbox shows about sixty characters. */
export const MAX_SUBJECT = 150;
const MAX_WHOLE = 1000;

/** What the placeholders of an edition's templates stand for, in the language of the mail. */
export type SubjectFacts = {
  lead: string;
  edition: string;
  publication: string;
  /** The section of the first story. It is empty if the story has none. */
  section: string;
  /** The number of stories in the mail, including those that are only headlines at its end. */
  count: number;
  scheduledAt: string;
};

type Templates = Pick<EditionSettings, 'subject' | 'preheader' | 'timeZone'>;

/** Returns the subject of an issue, and how many characters it had before it was cut to `MAX_SUBJECT`. */
export function subjectOf(
  edition: Templates,
  language: string,
  facts: SubjectFacts,
): { subject: string; characters: number } {
  const whole = headerLine(filled(edition, 'subject', language, facts) ?? facts.lead, MAX_WHOLE);
  return { subject: headerLine(whole || facts.edition, MAX_SUBJECT), characters: [...whole].length };
}

/** Returns the preheader that the settings of the edition define, or an empty text if they define none. */
export function ownPreheader(edition: Templates, language: string, facts: SubjectFacts): string {
  return headerLine(filled(edition, 'preheader', language, facts) ?? '', MAX_SUBJECT);
}

/** Fills in the edition's template. Returns undefined if the settings have none in this language. */
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
    // Without a section, a template such as "{section}: {lead}" would begin with a colon. So the edition's name takes
    // its place.
    section: facts.section || facts.edition,
    count: String(facts.count),
    date: template.startsWith('{date}') ? sentenceCase(date, language) : date,
  };
  // All placeholders are replaced in one pass, so that braces in a headline are not taken for a placeholder.
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => values[key as Placeholder] ?? whole);
}

/**
 * Makes the first letter a capital. Several languages write the names of days with a small letter, but not at the start
 * of a line.
 */
export function sentenceCase(text: string, language: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(language) + rest.join('');
}
