import { parse } from 'csv-parse';

/** A row and the lines of the file, from 1, on which it begins and ends: a quoted cell may have line ends. */
export type Row = { line: number; lastLine: number; cells: string[] };

/** Nothing more of the file can be read from this line on. */
export class UnreadableFrom extends Error {
  override name = 'UnreadableFrom';
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/** Of a row, in bytes: one that a quote has swallowed the rest of the file into must not be held. */
const MAX_ROW_BYTES = 16_384;
const UNREADABLE = `Nothing can be read from here on: a line has more than ${MAX_ROW_BYTES} bytes, or a quoted cell does not end.`;
/** What is parsed at once, in bytes: a file that arrives in one piece is not to become all its rows. */
const SLICE_BYTES = 16_384;

/**
 * The rows of a file as its bytes arrive. What is not UTF-8 becomes U+FFFD; empty lines are passed over. Throws
 * UnreadableFrom after all the rows that came before. A row that the transfer broke off in is none: half an address may be one.
 */
export async function* csvRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Row, void, undefined> {
  const found: Row[] = [];
  let readUpTo = 0;
  const parser = parse({
    record_delimiter: '\n',
    relax_column_count: true,
    // A quote in the middle of a cell is a character: what it makes of the cell is the reader's fault to name.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
    // Collected here instead of read from the stream: a stream that fails forgets what it had ready.
    on_record(cells: string[], { lines }) {
      const line = lines - cells.join().split('\n').length + 1;
      found.push({ line, lastLine: lines, cells });
      readUpTo = lines;
      return null;
    },
  });
  // Told to the write that met it.
  parser.on('error', () => {});
  const text = textOf(bytes);
  try {
    for (;;) {
      const next = await text.next().catch(() => undefined);
      if (!next) throw new UnreadableFrom(readUpTo + 1, 'The file broke off.');
      const failed = await (next.done ? ended(parser) : written(parser, next.value));
      yield* found.splice(0);
      if (failed) throw new UnreadableFrom(readUpTo + 1, UNREADABLE);
      if (next.done) return;
    }
  } finally {
    await text.return();
  }
}

type Parser = ReturnType<typeof parse>;

function written(parser: Parser, text: string): Promise<boolean> {
  return new Promise((resolve) => parser.write(text, (error) => resolve(Boolean(error))));
}

function ended(parser: Parser): Promise<boolean> {
  return new Promise((resolve) => {
    parser.once('error', () => resolve(true));
    parser.once('finish', () => resolve(false));
    parser.end();
  });
}

/** UTF-8 without its byte order mark, every line end as `\n`: the parser counts two in a CRLF of a quoted cell. */
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
