import type { Publication } from '../settings/publication.ts';
import { parseTimeZone } from '../shared/local-time.ts';
import { cellText } from './csv-cells.ts';
import type { Column } from './csv-columns.ts';
import { type Row, rowFault } from './csv-rows.ts';
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
import { type RefusedLine, refusedLine } from './report-lines.ts';
import type { Subscriber } from './subscriber.ts';

/** What a line of a file says about a reader. */
export type ImportedReader = Pick<
  Subscriber,
  'email' | 'language' | 'editions' | 'topics' | 'timeZone' | 'pausedUntil'
> & { consent: { detail: string; at?: string } };

export type ReadLine = { ok: true; reader: ImportedReader } | RefusedLine;

/** Reads a row: returns its reader, or everything that is wrong with it. `now` is in milliseconds. */
export function readRow(
  publication: Publication,
  columns: Column[],
  options: ImportOptions,
  row: Row,
  now: number,
): ReadLine {
  const cell = (column: Column) => cellText((row.cells[columns.indexOf(column)] ?? '').trim());
  const email = cell('email');
  const refuse = (reason: string): ReadLine => refusedLine(email, reason);
  const fault = rowFault(row, columns.length, row.cells);
  if (fault) return refuse(fault);
  if (cell('suppressed'))
    return refuse(
      `is marked as suppressed in the file: ${cell('suppressed')}; POST /api/suppressions keeps such addresses out of later imports too`,
    );

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
