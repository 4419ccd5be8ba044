import type { Publication } from '../settings/publication.ts';
import { oneLine } from '../settings/values.ts';
import { isoTime } from '../shared/clock.ts';
import { done, type Fault, type Outcome, refused } from '../shared/refusal.ts';
import type { Column } from './csv-columns.ts';

/** What the address of an import says for every line that does not say it itself. */
export type ImportOptions = {
  consent?: string;
  /** ISO 8601 */
  consentAt?: string;
  editions: string[];
  language: string;
  /** Lines before it are passed over: an earlier import got so far. */
  fromLine: number;
};

export const IMPORT_PARAMETERS = ['consent', 'consentAt', 'editions', 'language', 'fromLine'];
const CONSENT_NEEDED =
  'It must be known how these readers agreed to be mailed. Say it for the whole file, ' +
  '?consent=Mailchimp+list+of+2019,+double+opt-in, or for each line in a column consentSource. ' +
  'It is kept with each reader, as proof.';

/** Query and header → options, or every fault in them. `now` in milliseconds. */
export function readOptions(
  publication: Publication,
  query: URLSearchParams,
  columns: Column[],
  now: number,
): Outcome<ImportOptions> {
  const faults: Fault[] = [];
  const fault = (detail: string) => faults.push({ pointer: '', detail });
  for (const name of new Set(query.keys())) {
    if (!IMPORT_PARAMETERS.includes(name))
      fault(`There is no parameter ${name}; allowed are ${IMPORT_PARAMETERS.join(', ')}.`);
    else if (query.getAll(name).length > 1) fault(`The parameter ${name} is there twice.`);
  }
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
  const fromLine = take('fromLine', readLine);
  if (!query.get('consent')?.trim() && !columns.includes('consentSource')) fault(CONSENT_NEEDED);
  if (!query.get('editions')?.trim() && !columns.includes('editions')) {
    fault(
      `It must be said which editions the readers get, in a column editions or for all as ?editions=${editionIds(publication).join(',')}.`,
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

/** A value as it was meant, or what is wrong with it, to be read after its name. */
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

/** In the order in which a reader's own choice is kept. */
export function readTopics({ sections }: Publication, text: string): Read<string[]> {
  const topics = readList(
    text,
    sections.map(({ slug }) => slug),
  );
  return topics.ok ? good(topics.value.sort()) : topics;
}

/** A day or a time in ISO 8601 that is not ahead. */
export function readPast(text: string, now: number): Read<string> {
  const time = readTime(text);
  if (!time.ok) return time;
  return Date.parse(time.value) <= now ? time : bad(`"${text}" lies in the future`);
}

export function readTime(text: string): Read<string> {
  const isIso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = isIso ? Date.parse(text) : Number.NaN;
  // 30 February is parsed as 2 March.
  const isDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(text.slice(8, 10));
  return Number.isNaN(time) || !isDay
    ? bad(`"${text}" must be a day or a time such as 2019-05-31 or 2019-05-31T08:30:00Z`)
    : good(isoTime(time));
}

function readLine(text: string): Read<number> {
  return /^[1-9]\d{0,8}$/.test(text) ? good(Number(text)) : bad('must be the number of a line');
}

/** Names with semicolons, commas or spaces between them. */
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
