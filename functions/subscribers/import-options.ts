import { oneLine } from '../settings/allowed-values.ts';
import type { Publication } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { queryFaults } from '../shared/query-faults.ts';
import { done, type Fault, type Outcome, refused } from '../shared/refusal.ts';
import type { Column } from './csv-columns.ts';

/** What the query of an import sets for all lines that do not set it themselves. */
export type ImportOptions = {
  consent?: string;
  /** ISO 8601 */
  consentAt?: string;
  editions: string[];
  language: string;
  /** Lines before this one are skipped, because an earlier import has stored them. */
  fromLine: number;
};

export const IMPORT_PARAMETERS = ['consent', 'consentAt', 'editions', 'language', 'fromLine'];
const CONSENT_NEEDED =
  'The import must say how these readers agreed to be mailed. Say it for the whole file, ' +
  '?consent=Mailchimp+list+of+2019,+double+opt-in, or for each line in a column consentSource. ' +
  'It is kept with each reader, as proof.';

/** Reads the query of an import. Returns the options, or every fault in the query. `now` is in milliseconds. */
export function readOptions(
  publication: Publication,
  query: URLSearchParams,
  columns: Column[],
  now: number,
): Outcome<ImportOptions> {
  const faults: Fault[] = [];
  const fault = (detail: string) => faults.push({ pointer: '', detail });
  for (const detail of queryFaults(query, IMPORT_PARAMETERS)) fault(detail);
  const take = <T>(name: string, read: (text: string) => Read<T>): T | undefined => {
    const text = query.get(name)?.trim();
    if (!text) return undefined;
    const value = read(text);
    if (value.ok) return value.value;
    fault(`The parameter ${name} ${value.fault}.`);
    return undefined;
  };
  const consent = take('consent', readConsent);
  const consentAt = take('consentAt', (text) => readPast(text, now));
  const editions = take('editions', (text) => readEditions(publication, text));
  const language = take('language', (text) => readLanguage(publication, text));
  const fromLine = take('fromLine', readLineNumber);
  if (!query.get('consent')?.trim() && !columns.includes('consentSource')) fault(CONSENT_NEEDED);
  if (!query.get('editions')?.trim() && !columns.includes('editions')) {
    fault(
      `The import must say which editions the readers get: in a column editions, or for the whole file as ?editions=${editionIds(publication).join(',')}.`,
    );
  }
  if (faults.length > 0) return refused({ kind: 'invalid', faults });
  return done({
    ...(consent && { consent }),
    ...(consentAt && { consentAt }),
    editions: editions ?? [],
    language: language ?? publication.languages[0] ?? 'en',
    fromLine: fromLine ?? 2,
  });
}

/** A value, or what is wrong with it. `fault` continues a sentence that begins with the name of the value. */
export type Read<T> = { ok: true; value: T } | { ok: false; fault: string };
const good = <T>(value: T): Read<T> => ({ ok: true, value });
const bad = (fault: string): Read<never> => ({ ok: false, fault });

const consentText = oneLine(300);

export function readConsent(text: string): Read<string> {
  const checked = consentText.safeParse(text);
  return checked.success ? good(checked.data) : bad(checked.error.issues[0]?.message ?? '');
}

export function readLanguage({ languages }: Publication, text: string): Read<string> {
  return languages.includes(text) ? good(text) : bad(notOf([text], languages));
}

export function readEditions(publication: Publication, text: string): Read<string[]> {
  return readList(text, editionIds(publication));
}

/** Returns the topics in alphabetical order, as a reader's own choice is stored. */
export function readTopics({ sections }: Publication, text: string): Read<string[]> {
  const topics = readList(
    text,
    sections.map(({ slug }) => slug),
  );
  return topics.ok ? good(topics.value.sort()) : topics;
}

/** Reads a day or a time in ISO 8601 that is not in the future. `iso` is the text in ISO 8601, if it was not yet. */
export function readPast(text: string, now: number, iso = text): Read<string> {
  const time = readTime(text, iso);
  if (!time.ok) return time;
  return Date.parse(time.value) <= now ? time : bad(`"${text}" lies in the future`);
}

/**
 * Returns a time that another service wrote, such as `2019-05-31 08:30:00`, in ISO 8601. It is in UTC unless it names
 * another zone. Any other text is returned as it is.
 */
export function isoOf(text: string): string {
  const [, day, time, hours, minutes] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?:Z|UTC|([+-]\d\d):?(\d\d))?$/i.exec(text) ?? [];
  return day ? `${day}T${time}${hours ? `${hours}:${minutes}` : 'Z'}` : text;
}

export function readTime(text: string, iso = text): Read<string> {
  const isIso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(iso);
  const time = isIso ? Date.parse(iso) : Number.NaN;
  // `Date.parse` takes 30 February for 2 March, so the day is checked as well.
  const isDay = new Date(`${iso.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(iso.slice(8, 10));
  return Number.isNaN(time) || !isDay
    ? bad(`"${text}" must be a day or a time such as 2019-05-31 or 2019-05-31T08:30:00Z`)
    : good(isoTime(time));
}

export function readLineNumber(text: string): Read<number> {
  return /^[1-9]\d{0,8}$/.test(text) ? good(Number(text)) : bad('must be the number of a line');
}

/** Reads names that are separated by semicolons, commas or spaces. */
function readList(text: string, allowed: string[]): Read<string[]> {
  const names = [...new Set(text.split(/[;,\s]+/).filter(Boolean))];
  const unknown = names.filter((name) => !allowed.includes(name));
  return unknown.length === 0 ? good(names) : bad(notOf(unknown, allowed));
}

function notOf(names: string[], allowed: string[]): string {
  const quoted = names.map((name) => `"${name}"`).join(', ');
  return names.length === 1
    ? `${quoted} is not one of ${allowed.join(', ')}`
    : `${quoted} are not among ${allowed.join(', ')}`;
}

function editionIds({ editions }: Publication): string[] {
  return editions.map(({ id }) => id);
}
