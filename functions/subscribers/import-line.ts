import type { Publication } from '../settings/publication.ts';
import { parseTimeZone } from '../shared/local-time.ts';
import { shorten } from '../shared/text.ts';
import { cellText } from './csv-cells.ts';
import type { Column } from './csv-columns.ts';
import type { Row } from './csv-rows.ts';
import { ADDRESS_RULES, parseReaderAddress } from './email-address.ts';
import {
  type ImportOptions,
  type Read,
  readConsent,
  readEditions,
  readLanguage,
  readPast,
  readTime,
  readTopics,
} from './import-options.ts';
import type { Subscriber } from './subscriber.ts';

/** What a line of a file says about a reader. */
export type ImportedReader = Pick<
  Subscriber,
  'email' | 'language' | 'editions' | 'topics' | 'timeZone' | 'pausedUntil'
> & { consent: { detail: string; at?: string } };

export type ReadLine =
  | { ok: true; reader: ImportedReader }
  /** `reason` names every fault of the line. */
  | { ok: false; email?: string; reason: string };

/** How many characters of an address the report repeats at most. */
const MOST_SHOWN = 254;
/** The most characters of a reason. A line of 16 KB can name thousands of editions that do not exist. */
const MAX_REASON = 1000;

/** Reads a row: returns its reader, or everything that is wrong with it. `now` is in milliseconds. */
export function readRow(
  publication: Publication,
  columns: Column[],
  options: ImportOptions,
  { line, lastLine, cells }: Row,
  now: number,
): ReadLine {
  const cell = (column: Column) => cellText((cells[columns.indexOf(column)] ?? '').trim());
  const email = cell('email');
  const refuse = (reason: string): ReadLine => ({
    ok: false,
    ...(email && { email: [...email].slice(0, MOST_SHOWN).join('') }),
    reason: shorten(reason, MAX_REASON),
  });
  if (lastLine > line)
    return refuse(
      `goes on to line ${lastLine}: a cell must not have a line end; perhaps there is one quote too many`,
    );
  if (cells.length !== columns.length)
    return refuse(`has ${cells.length} cells, but the first line has ${columns.length}`);
  if (cells.some((text) => text.includes('\uFFFD')))
    return refuse('has characters that are not UTF-8: save the file as "CSV UTF-8"');
  if (cell('suppressed')) return refuse(`is marked as suppressed in the file: ${cell('suppressed')}`);

  const faults: string[] = [];
  const take = <T>(column: Column, read: (text: string) => Read<T>): T | undefined => {
    const text = cell(column);
    if (!text) return undefined;
    const value = read(text);
    if (value.ok) return value.value;
    faults.push(`${column}: ${value.fault}`);
    return undefined;
  };
  const readEmail = parseReaderAddress(email);
  if (!readEmail.ok) faults.push(`email: ${ADDRESS_RULES[readEmail.fault]}`);
  const language = take('language', (text) => readLanguage(publication, text));
  const editions = take('editions', (text) => readEditions(publication, text));
  const topics = take('topics', (text) => readTopics(publication, text));
  const zone = take('timeZone', readZone);
  const pausedUntil = take('pausedUntil', readTime);
  const consentAt = take('consentAt', (text) => readPast(text, now));
  const detail = take('consentSource', readConsent) ?? options.consent;
  if (!cell('editions') && options.editions.length === 0) faults.push('editions: must name at least one');
  if (!cell('consentSource') && !detail)
    faults.push('consentSource: must say how the reader agreed to be mailed');
  if (!readEmail.ok || !detail || faults.length > 0) return refuse(faults.join('; '));
  const at = consentAt ?? options.consentAt;
  return {
    ok: true,
    reader: {
      email: readEmail.address,
      language: language ?? options.language,
      editions: editions ?? options.editions,
      topics: topics ?? [],
      ...(zone && { timeZone: zone }),
      ...(pausedUntil && { pausedUntil }),
      consent: { detail, ...(at && { at }) },
    },
  };
}

function readZone(text: string): Read<string> {
  const value = parseTimeZone(text);
  return value
    ? { ok: true, value }
    : { ok: false, fault: `"${text}" must be a time zone of the IANA database, such as America/New_York` };
}
