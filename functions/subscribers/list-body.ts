import { NO_STORE } from '../shared/answer-json.ts';
import type { Log } from '../shared/log.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import type { CsvLimits } from './csv-limits.ts';
import { type Row, UnreadableFrom } from './csv-rows.ts';

/** What the addresses that take and give lists do with the bodies of requests and answers. */

export const REPORT_TYPE = 'application/x-ndjson';
export type ListType = 'text/csv' | 'application/json';

/** How each type is named in the answer that refuses another one. */
const ALLOWED: Record<ListType, string> = {
  'text/csv': 'text/csv; charset=utf-8, not compressed',
  'application/json': 'application/json, not compressed',
};

/**
 * Returns the type and the body of a request if it is one of the types, in UTF-8 and not compressed. CSV without a
 * charset counts as UTF-8 (RFC 7111, section 3).
 */
export function listBody(
  request: Request,
  types: ListType[],
): Outcome<{ type: ListType; bytes: AsyncIterable<Uint8Array> }> {
  const got = request.headers.get('content-type') ?? '';
  const [name = '', ...parameters] = got.split(';').map((part) => part.trim().toLowerCase());
  const type = types.find((each) => each === name);
  const charset = parameters.find((each) => each.startsWith('charset='))?.slice('charset='.length);
  const isUtf8 = charset === undefined || /^"?(?:utf-?8|us-ascii)"?$/.test(charset);
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (!type || !isUtf8 || encoding !== 'identity') {
    const compressed = encoding === 'identity' ? '' : `, compressed as ${encoding}`;
    return refused({
      kind: 'unsupported-media-type',
      got: `${got || 'not given'}${compressed}`,
      allowed: types.map((each) => ALLOWED[each]),
    });
  }
  return done({ type, bytes: request.body ?? nothing() });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Reads the first row of a file, which names the columns. */
export async function firstRow(rows: AsyncGenerator<Row, void, undefined>): Promise<Outcome<Row>> {
  try {
    const first = await rows.next();
    if (!first.done) return done(first.value);
    return refused({
      kind: 'invalid',
      faults: [{ pointer: '', detail: 'The file is empty: its first line must name the columns.' }],
    });
  } catch (error) {
    if (error instanceof UnreadableFrom) return refused({ kind: 'malformed', detail: error.message });
    throw error;
  }
}

/** Reads a body of at most `limitBytes` as text. A longer one is refused before it is read to its end. */
export async function textUpTo(
  bytes: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<Outcome<string>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of bytes) {
      length += part.length;
      if (length > limitBytes) return refused({ kind: 'too-large', limitBytes });
      parts.push(part);
    }
  } catch {
    return refused({ kind: 'malformed', detail: 'The transfer of the body broke off.' });
  }
  return done(new TextDecoder().decode(Buffer.concat(parts)));
}

/**
 * How much of a report may wait to be read while the work on a list goes on. Many clients read nothing before they have
 * sent the whole file. If the work stopped until they read, each side would wait for the other forever. Reports of
 * 200,000 lines fit.
 */
const UNREAD_REPORT_BYTES = 16_000_000;

/** Answers with the report on a list, which is read while it is made. */
export function reportResponse(
  report: AsyncGenerator<string, void, undefined>,
  { unreadReportBytes = UNREAD_REPORT_BYTES }: CsvLimits,
  log: Log,
): Response {
  return new Response(streamOf(report, unreadReportBytes, log), {
    headers: { ...NO_STORE, 'content-type': REPORT_TYPE },
  });
}

/** Streams the parts of an answer. `unreadBytes` is how much may wait to be read while the work goes on. */
export function streamOf(
  parts: AsyncGenerator<string, unknown, undefined>,
  unreadBytes: number,
  log: Log,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isRead = true;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const part = await parts.next();
          if (!isRead) return;
          if (part.done) controller.close();
          else controller.enqueue(encoder.encode(part.value));
        } catch (error) {
          // The status was sent already. The answer can only break off, so that nobody takes a part for the whole.
          log.error('an import or export of a list failed while it was answered; the client can repeat it', {
            error,
            stack: error instanceof Error ? error.stack : '',
          });
          controller.error(error);
        }
      },
      async cancel() {
        isRead = false;
        await parts.return(undefined);
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: unreadBytes }),
  );
}
