import type { Log } from '../shared/log.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import type { CsvLimits } from './csv-limits.ts';
import { csvRows, filledRows } from './csv-rows.ts';
import { addressHash } from './email-address.ts';
import { lookupsIn } from './import-reader.ts';
import { firstRow } from './list-body.ts';
import { readListHeader } from './list-columns.ts';
import {
  LISTED_COLUMNS,
  type ListDefaults,
  type ReadListed,
  readListedEntry,
  readListedRow,
} from './listed-address.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type LineReport, reportLines } from './report-lines.ts';
import { type Listed, type ListServices, suppressListed } from './suppress-listed.ts';

/** A list of addresses, and how to read one of its lines. */
export type AddressList = {
  lines: AsyncIterable<AddressLine>;
  /** The first line that has an address. */
  firstLine: number;
  passedOver: string[];
};
type AddressLine = { line: number; lastLine: number; read: (now: number) => ReadListed };

/** Columns of a list of readers that an import subscribes (`csv-columns.ts`). No list of suppressions has them. */
const COLUMNS_OF_READERS = /^(?:editions|consent ?source)$/i;

/** Reads a list in CSV up to its first line, which names the columns. */
export async function csvList(
  bytes: AsyncIterable<Uint8Array>,
  defaults: ListDefaults,
): Promise<Outcome<AddressList>> {
  const rows = filledRows(csvRows(bytes, 'as the first line shows'));
  const first = await firstRow(rows);
  if (!first.ok) return first;
  const header = readListHeader(first.value.cells, LISTED_COLUMNS, 'email');
  if (!header.ok) return header;
  const known = header.value;
  const { columns, passedOver } = known;
  const ofReaders = passedOver.find((name) => COLUMNS_OF_READERS.test(name));
  if (ofReaders !== undefined && !columns.includes('reason') && !defaults.reason) {
    const detail = `The file has a column "${ofReaders}", so it looks like a list of readers to import. If its addresses must not be mailed, say why: in a column reason, or for the whole file as ?reason=left.`;
    return refused({ kind: 'invalid', faults: [{ pointer: '', detail }] });
  }
  async function* lines(): AsyncGenerator<AddressLine, void, undefined> {
    for await (const row of rows) {
      const read = (now: number) => readListedRow(known, defaults, row, now);
      yield { line: row.line, lastLine: row.lastLine, read };
    }
  }
  return done({ lines: lines(), firstLine: first.value.lastLine + 1, passedOver });
}

/** Makes a list of the entries in JSON. The line of an entry is its number, from 1. */
export function jsonList(entries: unknown[], defaults: ListDefaults): AddressList {
  async function* lines(): AsyncGenerator<AddressLine, void, undefined> {
    for (const [index, entry] of entries.entries()) {
      const read = (now: number) => readListedEntry(entry, defaults, now);
      yield { line: index + 1, lastLine: index + 1, read };
    }
  }
  return { lines: lines(), firstLine: 1, passedOver: [] };
}

type Options = { fromLine?: number | undefined; isDryRun: boolean; limits: CsvLimits; by: string };

/**
 * Suppresses the addresses of a list as they arrive. Gives the report as lines of NDJSON, one for each address and a
 * summary.
 */
export function suppressList(
  services: ListServices & { log: Log },
  { lines, firstLine, passedOver }: AddressList,
  { fromLine = 0, isDryRun, limits, by }: Options,
): AsyncGenerator<string, void, undefined> {
  const { subscribers, clock } = services;
  const once = oneAtATime();
  const lookups = lookupsIn(subscribers);
  const also = {
    unsubscribed: 0,
    ...(isDryRun && { dryRun: true }),
    ...(passedOver.length > 0 && { columnsPassedOver: passedOver }),
  };

  async function work({ line, read }: AddressLine): Promise<LineReport & Listed> {
    const address = read(clock());
    if (!address.ok) {
      const { email, reason } = address;
      return { line, ...(email && { email }), result: 'refused', reason };
    }
    const { listed } = address;
    const { email } = listed;
    const suppressed = await once(addressHash(email), () =>
      suppressListed(services, lookups, listed, isDryRun),
    );
    return { line, email, ...suppressed };
  }

  return reportLines(services, {
    lines,
    fromLine: Math.max(firstLine, fromLine),
    work,
    limits,
    words: {
      ended: isDryRun ? 'a list of suppressions was tried' : 'a list of suppressions was taken in',
      failed: 'a list of suppressions could not be taken in; it can be sent again',
    },
    by,
    also,
    count: ({ unsubscribed }) => {
      if (unsubscribed) also.unsubscribed += 1;
    },
  });
}
