import * as z from 'zod';
import { operation } from '../access/api-operation.ts';
import { answerJson, answerNothing } from '../shared/answer-json.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { problemResponse } from '../shared/problem.ts';
import { checkedBody, done, type Outcome } from '../shared/refusal.ts';
import type { CsvLimits } from './csv-limits.ts';
import { addressHash } from './email-address.ts';
import { isoOf, type Read, readLineNumber, readPast } from './import-options.ts';
import { listBody, REPORT_TYPE, reportResponse, textUpTo } from './list-body.ts';
import { type ListDefaults, listedAddress } from './listed-address.ts';
import { suppressionLine } from './report-shapes.ts';
import { type AddressList, csvList, jsonList, suppressList } from './suppress-list.ts';
import type { ListServices } from './suppress-listed.ts';
import { readReason } from './suppression-reasons.ts';
import { mailAddress, suppression } from './suppression-shapes.ts';

export type SuppressionRouteServices = ListServices & { log: Log; csvLimits?: CsvLimits };

/** How many characters of an editor's reason the log keeps. */
const MAX_WHY_CHARACTERS = 300;
/** JSON is read as a whole before its first entry is used, so a list in JSON may not be as long as one in CSV. */
const MAX_JSON_BYTES = 1_000_000;

const mustSayWhy = 'must say why the address may be mailed again; it is kept in the log';
const why = z.string({ error: mustSayWhy }).trim().min(1, { error: mustSayWhy });

/** Null if the address may be mailed. */
const suppressionView = z.strictObject({ email: z.string(), suppression: suppression.nullable() });

const jsonBody = z.strictObject({
  suppressions: z.array(z.unknown(), { error: 'must be a list of {email, reason, at}' }),
});

/** Takes in addresses that must not be mailed, tells editors why an address is not mailed, and lets them lift that. */
export function suppressionOperations(services: SuppressionRouteServices) {
  const { suppressions, clock, log, csvLimits = {} } = services;

  return {
    post: operation({
      query: listQuery(clock),
      body: {
        types: ['text/csv', 'application/json'],
        shape: z.union([z.string(), z.strictObject({ suppressions: z.array(listedAddress) })]),
        maxBytes: csvLimits.bodyBytes,
      },
      answers: {
        200: {
          means: 'A report: a line of JSON for each address of the list, and a summary as the last one.',
          type: REPORT_TYPE,
          shape: suppressionLine,
        },
      },
      async handle({ request, query: { fromLine, dryRun, ...defaults }, bearer }) {
        const list = await listIn(request, defaults);
        if (!list.ok) return problemResponse(list.refusal);
        const isDryRun = dryRun === 'true';
        const options = { fromLine, isDryRun, limits: csvLimits, by: bearer.name };
        return reportResponse(suppressList(services, list.value, options), csvLimits, log);
      },
    }),

    get: operation({
      query: z.strictObject({ email: mailAddress }),
      answers: { 200: { means: 'Why the address is not mailed, or null.', shape: suppressionView } },
      async handle({ query }) {
        const found = (await suppressions.get(addressHash(query.email))) ?? null;
        return answerJson({ email: query.email, suppression: found });
      },
    }),

    lift: operation({
      query: z.strictObject({ email: mailAddress, why }),
      answers: { 204: { means: 'The address may be mailed again.' } },
      async handle({ query, bearer }) {
        const hash = addressHash(query.email);
        const found = await suppressions.get(hash);
        if (!found) return problemResponse({ kind: 'not-found', what: `suppression of ${query.email}` });
        if (found.reason === 'erased' || found.reason === 'left') {
          const what = found.reason === 'left' ? 'has left' : 'had everything erased';
          const detail = `The reader ${what}. Only the reader can lift this suppression, by signing up again.`;
          return problemResponse({ kind: 'conflict', detail });
        }
        // Lifting fails if the suppression was lifted, or replaced by one with another reason, at the same moment.
        if (!(await suppressions.lift(hash, found)))
          return problemResponse({
            kind: 'version-mismatch',
            detail: 'The suppression has changed meanwhile. Look at it again before you lift it.',
          });
        log.info('a suppression was lifted', {
          address: hash.slice(0, 12),
          reason: found.reason,
          by: bearer.name,
          why: query.why.slice(0, MAX_WHY_CHARACTERS),
        });
        return answerNothing();
      },
    }),
  };
}

/** `reason` and `at` count for every line that does not have its own. */
function listQuery(clock: Clock) {
  return z.strictObject({
    reason: readAs(readReason).optional(),
    at: readAs((text) => readPast(text, clock(), isoOf(text))).optional(),
    fromLine: readAs(readLineNumber).optional(),
    dryRun: z.enum(['true', 'false'], { error: 'must be true or false' }).optional(),
  });
}

function readAs<T>(read: (text: string) => Read<T>) {
  return z.string().transform((text, context) => {
    const value = read(text.trim());
    if (value.ok) return value.value;
    context.addIssue({ code: 'custom', message: value.fault });
    return z.NEVER;
  });
}

async function listIn(request: Request, defaults: ListDefaults): Promise<Outcome<AddressList>> {
  const body = listBody(request, ['text/csv', 'application/json']);
  if (!body.ok) return body;
  const { type, bytes } = body.value;
  if (type === 'text/csv') return csvList(bytes, defaults);
  const text = await textUpTo(bytes, MAX_JSON_BYTES);
  if (!text.ok) return text;
  const checked = checkedBody(jsonBody, text.value);
  return checked.ok ? done(jsonList(checked.value.suppressions, defaults)) : checked;
}
