import type { Log } from '../shared/log.ts';
import type { CsvLimits } from './csv-limits.ts';
import { filledRows, type Row } from './csv-rows.ts';
import { addressHash } from './email-address.ts';
import type { ReadLine } from './import-line.ts';
import { type ImportServices, importReader, lookupsIn } from './import-reader.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type LineReport, reportLines } from './report-lines.ts';

type Import = {
  rows: AsyncGenerator<Row, void, undefined>;
  readLine: (row: Row) => ReadLine;
  fromLine: number;
  limits: CsvLimits;
  /** The name of the token that imports. */
  by: string;
};

/**
 * Imports the rows as they arrive. Gives the report as lines of NDJSON, one for each row and a summary. The line of a
 * row is given only after the reader in that row was stored.
 */
export function importReaders(
  services: ImportServices & { log: Log },
  { rows, readLine, fromLine, limits, by }: Import,
): AsyncGenerator<string, void, undefined> {
  const once = oneAtATime();
  const lookups = lookupsIn(services.subscribers);

  async function importRow(row: Row): Promise<LineReport> {
    const { line } = row;
    const read = readLine(row);
    if (!read.ok) {
      const { email, reason } = read;
      return { line, ...(email && { email }), result: 'refused', reason };
    }
    const { email } = read.reader;
    const imported = await once(addressHash(email), () => importReader(services, lookups, read.reader));
    return { line, email, ...imported };
  }

  return reportLines(services, {
    lines: filledRows(rows),
    fromLine,
    work: importRow,
    limits,
    words: {
      ended: 'readers were imported',
      failed: 'an import of readers failed; the file can be sent again',
    },
    by,
  });
}
