import * as z from 'zod';
import { operation } from '../access/api-operation.ts';
import type { Config } from '../config.ts';
import type { Publication } from '../settings/publication.ts';
import { NO_STORE } from '../shared/answer-json.ts';
import { isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { problemResponse } from '../shared/problem.ts';
import { readHeader } from './csv-columns.ts';
import type { CsvLimits } from './csv-limits.ts';
import { csvRows } from './csv-rows.ts';
import { decodePlace, encodePlace, exportReaders, FIRST_PLACE } from './export-readers.ts';
import { readRow } from './import-line.ts';
import { IMPORT_PARAMETERS, readOptions } from './import-options.ts';
import type { ImportServices } from './import-reader.ts';
import { importReaders } from './import-readers.ts';
import { firstRow, listBody, REPORT_TYPE, reportResponse, streamOf } from './list-body.ts';
import { importLine } from './report-shapes.ts';

export type SubscriberRouteServices = ImportServices & { config: Config; log: Log; csvLimits?: CsvLimits };

const CSV = 'text/csv; charset=utf-8';
const MOST_EXPORTED_AT_ONCE = 10_000;

/**
 * The schema takes any text for every parameter. `readOptions` checks the values later, because they depend on the
 * settings and on the columns of the file.
 */
const importQuery = z.strictObject(
  Object.fromEntries(IMPORT_PARAMETERS.map((name) => [name, z.string().optional()])),
);
/** Imports and exports readers as CSV, for editors. */
export function subscriberOperations(services: SubscriberRouteServices) {
  const { config, subscribers, clock, log, csvLimits = {} } = services;
  const { publication, baseUrl } = config;

  return {
    import: operation({
      query: importQuery,
      queryIsCheckedLater: true,
      body: { types: ['text/csv'], shape: z.string(), maxBytes: csvLimits.bodyBytes },
      answers: {
        200: {
          means: 'A report: a line of JSON for each line of the file, and a summary as the last one.',
          type: REPORT_TYPE,
          shape: importLine,
        },
      },
      async handle({ request, bearer }) {
        const body = listBody(request, ['text/csv']);
        if (!body.ok) return problemResponse(body.refusal);
        const rows = csvRows(body.value.bytes);
        const header = await firstRow(rows);
        if (!header.ok) return problemResponse(header.refusal);
        const columns = readHeader(header.value.cells);
        if (!columns.ok) return problemResponse(columns.refusal);
        const query = new URL(request.url).searchParams;
        const options = readOptions(publication, query, columns.value, clock());
        if (!options.ok) return problemResponse(options.refusal);
        const report = importReaders(services, {
          rows,
          readLine: (row) => readRow(publication, columns.value, options.value, row, clock()),
          fromLine: options.value.fromLine,
          limits: csvLimits,
          by: bearer.name,
        });
        return reportResponse(report, csvLimits, log);
      },
    }),

    export: operation({
      query: exportQuery(publication),
      answers: {
        200: {
          means: 'The readers. If there are more, a Link header leads to the next part.',
          type: 'text/csv',
          shape: z.string(),
        },
      },
      async handle({ request, query: { edition, cursor, limit = csvLimits.exported }, bearer }) {
        const editions = edition ? [edition] : publication.editions.map(({ id }) => id);
        const headers = {
          ...NO_STORE,
          'content-type': CSV,
          'content-disposition': `attachment; filename="subscribers-${isoTime(clock()).slice(0, 10)}.csv"`,
        };
        // Nobody is exported by a HEAD. Its answer lacks the link to the next part, which only the readers would show
        // (RFC 9110, section 9.3.2).
        if (request.method === 'HEAD') return new Response(null, { headers });
        log.info('readers are exported', { by: bearer.name, edition: edition ?? 'all' });
        const readers = exportReaders(subscribers, editions, cursor, {
          readers: limit ?? Number.POSITIVE_INFINITY,
          bytes: csvLimits.exportedBytes ?? Number.POSITIVE_INFINITY,
        });
        if (limit === undefined) return new Response(streamOf(readers, 0, log), { headers });
        const { text, next } = await collected(readers);
        const query = new URLSearchParams({
          ...(edition && { edition }),
          limit: String(limit),
          cursor: next ? encodePlace(next) : '',
        });
        const link = next && { link: `<${baseUrl}/api/subscribers?${query}>; rel="next"` };
        return new Response(text, { headers: { ...headers, ...link } });
      },
    }),
  };
}

function exportQuery({ editions }: Publication) {
  const ids = editions.map(({ id }) => id);
  const limitRule = { error: `must be a whole number from 1 to ${MOST_EXPORTED_AT_ONCE}` };
  return z.strictObject({
    edition: z.enum(ids, { error: `must be one of ${ids.join(', ')}` }).optional(),
    limit: z
      .string()
      .regex(/^[1-9]\d*$/, limitRule)
      .transform(Number)
      .pipe(z.number().max(MOST_EXPORTED_AT_ONCE, limitRule))
      .optional(),
    cursor: z
      .string()
      .default('')
      .transform((cursor, context) => {
        const place = cursor === '' ? FIRST_PLACE : decodePlace(cursor);
        if (place) return place;
        const message = 'must be the cursor from the link to the next part, as an earlier answer gave it';
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }),
  });
}

/** Joins all parts into one text, and returns it with the value that the generator returned. */
async function collected<R>(parts: AsyncGenerator<string, R, undefined>): Promise<{ text: string; next: R }> {
  let text = '';
  for (;;) {
    const part = await parts.next();
    if (part.done) return { text, next: part.value };
    text += part.value;
  }
}
