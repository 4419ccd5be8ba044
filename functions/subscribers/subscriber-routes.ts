import { Hono } from 'hono';
import { type AccessServices, type Guarded, guard } from '../access/access-routes.ts';
import type { Config } from '../config.ts';
import { limitedTo } from '../shared/body-limit.ts';
import { isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { problemResponse } from '../shared/problem.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { readHeader } from './csv-columns.ts';
import type { CsvLimits } from './csv-limits.ts';
import { csvRows, UnreadableFrom } from './csv-rows.ts';
import { decodePlace, encodePlace, exportReaders, FIRST_PLACE, type Place } from './export-readers.ts';
import { readRow } from './import-line.ts';
import { readOptions } from './import-options.ts';
import type { ImportServices } from './import-reader.ts';
import { importReaders } from './import-readers.ts';

export type SubscriberRouteServices = ImportServices &
  AccessServices & { config: Config; log: Log; csvLimits?: CsvLimits };

const CSV = 'text/csv; charset=utf-8';
const NO_STORE = { 'cache-control': 'no-store' };
/**
 * Of a report that is not read yet. Many clients read nothing before they have sent everything: were the report to wait for
 * them, they would wait for each other. Two hundred thousand lines find place in it.
 */
const UNREAD_REPORT_BYTES = 16_000_000;
const MOST_EXPORTED_AT_ONCE = 10_000;

/** Readers as CSV, in and out, for editors. Mounted at `/api/subscribers`. */
export function subscriberRoutes(services: SubscriberRouteServices): Hono<Guarded> {
  const { config, subscribers, clock, log, csvLimits = {} } = services;
  const { publication, baseUrl } = config;
  const app = new Hono<Guarded>();
  const needs = guard(services);

  app.post('/import', needs('subscribers:write'), limitedTo(csvLimits.bodyBytes), async (context) => {
    const body = csvBody(context.req.raw);
    if (!body.ok) return problemResponse(body.refusal);
    const rows = csvRows(body.value);
    const header = await firstRow(rows);
    if (!header.ok) return problemResponse(header.refusal);
    const columns = readHeader(header.value);
    if (!columns.ok) return problemResponse(columns.refusal);
    const query = new URL(context.req.url).searchParams;
    const options = readOptions(publication, query, columns.value, clock());
    if (!options.ok) return problemResponse(options.refusal);
    const report = importReaders(services, {
      rows,
      readLine: (row) => readRow(publication, columns.value, options.value, row, clock()),
      fromLine: options.value.fromLine,
      limits: csvLimits,
      by: context.get('bearer').name,
    });
    return new Response(streamOf(report, UNREAD_REPORT_BYTES), {
      headers: { ...NO_STORE, 'content-type': 'application/x-ndjson' },
    });
  });

  app.get('/', needs('subscribers:read'), async (context) => {
    const wanted = readExport(new URL(context.req.url).searchParams);
    if (!wanted.ok) return problemResponse(wanted.refusal);
    const { edition, place, limit = csvLimits.exported } = wanted.value;
    const editions = edition ? [edition] : publication.editions.map(({ id }) => id);
    const headers = {
      ...NO_STORE,
      'content-type': CSV,
      'content-disposition': `attachment; filename="subscribers-${isoTime(clock()).slice(0, 10)}.csv"`,
    };
    log.info('readers are exported', { by: context.get('bearer').name, edition: edition ?? 'all' });
    const readers = exportReaders(subscribers, editions, place, limit ?? Number.POSITIVE_INFINITY);
    if (limit === undefined) return new Response(streamOf(readers, 0), { headers });
    const { text, next } = await collected(readers);
    const query = new URLSearchParams({
      ...(edition && { edition }),
      limit: String(limit),
      cursor: next ? encodePlace(next) : '',
    });
    const link = next && { link: `<${baseUrl}/api/subscribers?${query}>; rel="next"` };
    return new Response(text, { headers: { ...headers, ...link } });
  });

  function readExport(query: URLSearchParams): Outcome<{ edition?: string; place: Place; limit?: number }> {
    const malformed = (detail: string) => refused({ kind: 'malformed', detail });
    const known = ['edition', 'limit', 'cursor'];
    const unknown = [...query.keys()].find((name) => !known.includes(name));
    if (unknown !== undefined)
      return malformed(`There is no parameter ${unknown}; allowed are ${known.join(', ')}.`);
    const edition = query.get('edition');
    const ids = publication.editions.map(({ id }) => id);
    if (edition !== null && !ids.includes(edition))
      return malformed(`edition must be one of ${ids.join(', ')}.`);
    const limit = query.get('limit');
    if (limit !== null && !(/^[1-9]\d*$/.test(limit) && Number(limit) <= MOST_EXPORTED_AT_ONCE))
      return malformed(`limit must be a whole number from 1 to ${MOST_EXPORTED_AT_ONCE}.`);
    const cursor = query.get('cursor');
    const place = cursor ? decodePlace(cursor) : FIRST_PLACE;
    if (!place)
      return malformed('cursor must be that of the link to the next part, as an earlier answer gave it.');
    return done({ ...(edition && { edition }), place, ...(limit && { limit: Number(limit) }) });
  }

  function streamOf(
    parts: AsyncGenerator<string, unknown, undefined>,
    unreadBytes: number,
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
            // The status is sent: all that can be done is to break off, so that nobody takes a part for the whole.
            log.error('an answer broke off', { error, stack: error instanceof Error ? error.stack : '' });
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

  app.all('/', () => problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD' }));
  app.all('/import', () => problemResponse({ kind: 'method-not-allowed', allow: 'POST' }));
  return app;
}

/** RFC 7111, 3: CSV is UTF-8 unless it says otherwise. */
function csvBody(request: Request): Outcome<AsyncIterable<Uint8Array>> {
  const got = request.headers.get('content-type') ?? '';
  const [type = '', ...parameters] = got.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((each) => each.startsWith('charset='))?.slice('charset='.length);
  const isUtf8 = charset === undefined || /^"?(?:utf-?8|us-ascii)"?$/.test(charset);
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (type !== 'text/csv' || !isUtf8 || encoding !== 'identity') {
    const compressed = encoding === 'identity' ? '' : `, compressed as ${encoding}`;
    return refused({
      kind: 'unsupported-media-type',
      got: `${got || 'not given'}${compressed}`,
      allowed: [`${CSV}, not compressed`],
    });
  }
  return done(request.body ?? nothing());
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function firstRow(rows: ReturnType<typeof csvRows>): Promise<Outcome<string[]>> {
  try {
    const first = await rows.next();
    if (!first.done) return done(first.value.cells);
    return refused({
      kind: 'invalid',
      faults: [{ pointer: '', detail: 'The file is empty: its first line must name the columns.' }],
    });
  } catch (error) {
    if (error instanceof UnreadableFrom) return refused({ kind: 'malformed', detail: error.message });
    throw error;
  }
}

async function collected<R>(parts: AsyncGenerator<string, R, undefined>): Promise<{ text: string; next: R }> {
  let text = '';
  for (;;) {
    const part = await parts.next();
    if (part.done) return { text, next: part.value };
    text += part.value;
  }
}
