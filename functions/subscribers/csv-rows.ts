import { parse } from 'csv-parse';

/**
 * A row, and the lines of the file (from 1) on which it begins and ends. They differ if a quoted cell has line ends.
 */
export type Row = { line: number; lastLine: number; cells: string[] };

/** The file cannot be read from `line` on. The message says why. */
export class UnreadableFrom extends Error {
  override name = 'UnreadableFrom';
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/**
 * The longest row. A quote that is never closed makes one row of the whole rest of the file. Without this limit, memory
 * would have to hold that row.
 */
const MAX_ROW_BYTES = 16_384;
const UNREADABLE = `The file cannot be read from this line on: a line has more than ${MAX_ROW_BYTES} bytes, or a quoted cell does not end.`;
/**
 * How many bytes are parsed at once. A file that arrives in one piece would otherwise become all its rows in memory.
 */
const SLICE_BYTES = 16_384;

const BROKE_OFF = 'The transfer of the file broke off.';

/**
 * What separates the cells: commas, or what the first line shows. That can be a line `sep=;`, which Excel writes and
 * which is not given as a row, or a header with semicolons or tabs.
 */
export type Separator = 'comma' | 'as the first line shows';

/**
 * Reads the rows of a file while its bytes arrive. Bytes that are not UTF-8 become U+FFFD, and empty lines are skipped.
 * Throws UnreadableFrom after it has given all rows before the fault. If the transfer breaks off inside a row, that row
 * is not given, because half of an address may be an address too.
 */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  separator: Separator = 'comma',
): AsyncGenerator<Row, void, undefined> {
  const found: Row[] = [];
  let readUpTo = 0;
  const text = textOf(bytes);
  const start = separator === 'comma' ? '' : await startOf(text);
  const named = separatorNamedIn(start);
  const parser = parse({
    delimiter: separator === 'comma' ? ',' : (named ?? separatorUsedIn(start)),
    record_delimiter: '\n',
    relax_column_count: true,
    // A quote in the middle of a cell is kept as a character. If the cell is wrong because of it, `readRow` reports the
    // fault for that line.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
    // Rows are collected here and not read from the stream, because a stream that fails drops the rows that it had
    // ready.
    on_record(cells: string[], { lines }) {
      const line = lines - cells.join().split('\n').length + 1;
      if (named === undefined || line > 1) found.push({ line, lastLine: lines, cells });
      readUpTo = lines;
      return null;
    },
  });
  // `written` and `ended` report the errors of the parser. This listener does nothing, but without it Node would end
  // the process at such an error.
  parser.on('error', () => {});
  try {
    for (let ahead = start; ; ahead = '') {
      const next = ahead ? { done: false as const, value: ahead } : await text.next().catch(() => undefined);
      if (!next) throw new UnreadableFrom(readUpTo + 1, BROKE_OFF);
      const failed = await (next.done ? ended(parser) : written(parser, next.value));
      yield* found.splice(0);
      if (failed) throw new UnreadableFrom(readUpTo + 1, UNREADABLE);
      if (next.done) return;
    }
  } finally {
    await text.return();
  }
}

/** Leaves out rows without anything in their cells, which spreadsheets write at the end of a file. */
export async function* filledRows(rows: AsyncIterable<Row>): AsyncGenerator<Row, void, undefined> {
  for await (const row of rows) if (row.cells.some((cell) => cell.trim() !== '')) yield row;
}

/**
 * Says what is wrong with a row as a whole. It must have `width` cells. `used` are those of its cells that are read:
 * what is in the others does not matter.
 */
export function rowFault({ line, lastLine, cells }: Row, width: number, used: string[]): string | undefined {
  if (lastLine > line)
    return `goes on to line ${lastLine}: a cell must not have a line end; perhaps there is one quote too many`;
  if (cells.length !== width) return `has ${cells.length} cells, but the first line has ${width}`;
  if (used.some((text) => text.includes('\uFFFD')))
    return 'has characters that are not UTF-8: save the file as "CSV UTF-8"';
  return undefined;
}

/** Reads on until the first line has ended. */
async function startOf(text: AsyncGenerator<string, void, undefined>): Promise<string> {
  let start = '';
  while (!start.includes('\n') && start.length <= MAX_ROW_BYTES) {
    const next = await text.next().catch(() => {
      throw new UnreadableFrom(1, BROKE_OFF);
    });
    if (next.done) break;
    start += next.value;
  }
  return start;
}

/** Returns the separator in a line `sep=;`, or undefined if the text does not begin with such a line. */
function separatorNamedIn(start: string): string | undefined {
  return /^"?sep=([,;\t|])"?\n/i.exec(start)?.[1];
}

/** Returns which separator the first line has most often outside quotes. A line without any has a single cell. */
function separatorUsedIn(start: string): string {
  const unquoted = (start.split('\n')[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (separator: string) => unquoted.split(separator).length;
  return [',', ';', '\t'].reduce((most, each) => (count(each) > count(most) ? each : most));
}

type Parser = ReturnType<typeof parse>;

/** Hands text to the parser. Returns whether the parser failed. */
function written(parser: Parser, text: string): Promise<boolean> {
  return new Promise((resolve) => parser.write(text, (error) => resolve(Boolean(error))));
}

/** Tells the parser that the file has ended. Returns whether the parser failed. */
function ended(parser: Parser): Promise<boolean> {
  return new Promise((resolve) => {
    parser.once('error', () => resolve(true));
    parser.once('finish', () => resolve(false));
    parser.end();
  });
}

/**
 * Decodes UTF-8, leaves out the byte order mark and makes every line end `\n`. The parser would count a CRLF inside a
 * quoted cell as two lines.
 */
async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const chunk of bytes) {
    for (let start = 0; start < chunk.length; start += SLICE_BYTES) {
      const text = held + decoder.decode(chunk.subarray(start, start + SLICE_BYTES), { stream: true });
      held = text.endsWith('\r') ? '\r' : '';
      const whole = text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
      if (whole !== '') yield whole;
    }
  }
  const rest = (held + decoder.decode()).replace(/\r\n?/g, '\n');
  if (rest !== '') yield rest;
}
