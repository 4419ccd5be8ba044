import type { Log } from '../shared/log.ts';
import type { CsvLimits } from './csv-limits.ts';
import { type Row, UnreadableFrom } from './csv-rows.ts';
import { addressHash } from './email-address.ts';
import type { ReadLine } from './import-line.ts';
import { type Imported, type ImportServices, importReader, lookupsIn } from './import-reader.ts';
import { inOrder } from './work-in-order.ts';

/** How many lines are imported at the same time. */
const AT_ONCE = 16;

const HUNG_UP = `The client hung up before it had read the whole report. Up to ${AT_ONCE} lines from this one on may be stored too.`;

/** What the import did with a line of the file. */
export type LineReport = { line: number; email?: string } & Imported;
/** The last line of a report. If the file was not read to its end, `nextLine` is the `fromLine` of the next import. */
export type Summary = Record<Imported['result'] | 'lines', number> & {
  complete: boolean;
  nextLine?: number;
  reason?: string;
};

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
export async function* importReaders(
  services: ImportServices & { log: Log },
  { rows, readLine, fromLine, limits, by }: Import,
): AsyncGenerator<string, void, undefined> {
  const { clock, log } = services;
  const begun = clock();
  const summary: Summary = { complete: true, lines: 0, added: 0, updated: 0, unchanged: 0, refused: 0 };
  const stop = (nextLine: number, reason: string) =>
    Object.assign(summary, { complete: false, nextLine, reason });
  let reportBytes = 0;
  let next = fromLine;
  const once = oneAtATime();
  const lookups = lookupsIn(services.subscribers);

  async function* toImport(): AsyncGenerator<Row, void, undefined> {
    for await (const row of rows) {
      if (row.line < fromLine || row.cells.every((cell) => cell.trim() === '')) continue;
      const limit = spent();
      if (limit) {
        stop(row.line, limit);
        return;
      }
      yield row;
    }
  }
  function spent(): string | undefined {
    if (limits.milliseconds !== undefined && clock() - begun >= limits.milliseconds)
      return `One request may take ${limits.milliseconds / 1000} seconds. Send the file again with fromLine.`;
    if (limits.reportBytes !== undefined && reportBytes >= limits.reportBytes)
      return `One report may have ${limits.reportBytes} bytes. Send the file again with fromLine.`;
    return undefined;
  }
  async function importRow(row: Row): Promise<{ row: Row; report: LineReport }> {
    const read = readLine(row);
    if (!read.ok) {
      const { email, reason } = read;
      return { row, report: { line: row.line, ...(email && { email }), result: 'refused', reason } };
    }
    const { email } = read.reader;
    const imported = await once(addressHash(email), () => importReader(services, lookups, read.reader));
    return { row, report: { line: row.line, email, ...imported } };
  }

  let hasEnded = false;
  try {
    for await (const { row, report } of inOrder(toImport(), AT_ONCE, importRow)) {
      summary.lines += 1;
      summary[report.result] += 1;
      next = row.lastLine + 1;
      const text = `${JSON.stringify(report)}\n`;
      reportBytes += text.length;
      yield text;
    }
    hasEnded = true;
  } catch (error) {
    hasEnded = true;
    if (error instanceof UnreadableFrom) stop(error.line, error.message);
    else {
      stop(
        next,
        'Something went wrong here. The lines from this one on may or may not be stored. Send the file again.',
      );
      log.error('an import of readers failed; the file can be sent again', {
        line: next,
        error,
        stack: error instanceof Error ? error.stack : '',
      });
    }
  } finally {
    // A client that hangs up between two lines ends this generator where it gave the last line.
    if (!hasEnded) stop(next, HUNG_UP);
    log.info('readers were imported', { by, ...summary });
  }
  yield `${JSON.stringify({ summary })}\n`;
}

/**
 * Returns a function that runs pieces of work with the same key one after the other. So if two lines have the same
 * address, the first one counts.
 */
function oneAtATime(): <R>(key: string, work: () => Promise<R>) => Promise<R> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    const mine = before ? before.then(work, work) : work();
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
