import * as z from 'zod';
import { operation } from '../access/api-operation.ts';
import { answerJson, answerNothing } from '../shared/answer-json.ts';
import type { Log } from '../shared/log.ts';
import { problemResponse } from '../shared/problem.ts';
import { addressHash, parseAddress } from './email-address.ts';
import type { SuppressionStore } from './suppression.ts';

export type SuppressionRouteServices = { suppressions: SuppressionStore; log: Log };

/** How many characters of an editor's reason the log keeps. */
const MAX_WHY_CHARACTERS = 300;

const mustBeAddress = 'must be a mail address';
const email = z.string({ error: mustBeAddress }).transform((typed, context) => {
  const address = parseAddress(typed);
  if (address) return address;
  context.addIssue({ code: 'custom', message: mustBeAddress });
  return z.NEVER;
});
const mustSayWhy = 'must say why the address may be mailed again; it is kept in the log';
const why = z.string({ error: mustSayWhy }).trim().min(1, { error: mustSayWhy });

const suppressionView = z.strictObject({
  email: z.string(),
  /** Null if the address may be mailed. */
  suppression: z
    .strictObject({
      reason: z.enum(['bounced', 'complained', 'refused', 'erased']),
      at: z.string(),
      erasedAt: z.string().optional(),
      detail: z.string().optional(),
    })
    .nullable(),
});

/** Tells editors why an address is not mailed, and lets them lift its suppression. */
export function suppressionOperations({ suppressions, log }: SuppressionRouteServices) {
  return {
    get: operation({
      query: z.strictObject({ email }),
      answers: { 200: { means: 'Why the address is not mailed, or null.', shape: suppressionView } },
      async handle({ query }) {
        const suppression = (await suppressions.get(addressHash(query.email))) ?? null;
        return answerJson({ email: query.email, suppression });
      },
    }),

    lift: operation({
      query: z.strictObject({ email, why }),
      answers: { 204: { means: 'The address may be mailed again.' } },
      async handle({ query, bearer }) {
        const hash = addressHash(query.email);
        const suppression = await suppressions.get(hash);
        if (!suppression)
          return problemResponse({ kind: 'not-found', what: `suppression of ${query.email}` });
        if (suppression.reason === 'erased') {
          const detail =
            'The reader had everything erased. Only the reader can lift this suppression, by signing up again.';
          return problemResponse({ kind: 'exists', detail });
        }
        // Lifting fails if the suppression was lifted, or replaced by one with another reason, at the same moment.
        if (!(await suppressions.lift(hash, suppression)))
          return problemResponse({
            kind: 'version-mismatch',
            detail: 'The suppression has changed meanwhile. Look at it again before you lift it.',
          });
        log.info('a suppression was lifted', {
          address: hash.slice(0, 12),
          reason: suppression.reason,
          by: bearer.name,
          why: query.why.slice(0, MAX_WHY_CHARACTERS),
        });
        return answerNothing();
      },
    }),
  };
}
