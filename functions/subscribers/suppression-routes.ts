import { Hono } from 'hono';
import { type AccessServices, type Guarded, guard } from '../access/access-routes.ts';
import type { Log } from '../shared/log.ts';
import { problemResponse } from '../shared/problem.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { addressHash, parseAddress } from './email-address.ts';
import type { SuppressionStore } from './suppression.ts';

export type SuppressionRouteServices = AccessServices & { suppressions: SuppressionStore; log: Log };

const NO_STORE = { 'cache-control': 'no-store' };

/** Why an address is not mailed, for whoever is asked by its reader. Mounted at `/api/suppressions`. */
export function suppressionRoutes(services: SuppressionRouteServices): Hono<Guarded> {
  const { suppressions, log } = services;
  const app = new Hono<Guarded>();
  const needs = guard(services);

  app.get('/', needs('subscribers:read'), async ({ req }) => {
    const email = addressOf(req.query('email'));
    if (!email.ok) return problemResponse(email.refusal);
    const suppression = (await suppressions.get(addressHash(email.value))) ?? null;
    return Response.json({ email: email.value, suppression }, { headers: NO_STORE });
  });

  app.delete('/', needs('subscribers:write'), async (context) => {
    const email = addressOf(context.req.query('email'));
    if (!email.ok) return problemResponse(email.refusal);
    const why = context.req.query('why')?.trim();
    if (!why) {
      const detail = 'The parameter why must say why the address may be mailed again; it is kept in the log.';
      return problemResponse({ kind: 'malformed', detail });
    }
    const hash = addressHash(email.value);
    const suppression = await suppressions.get(hash);
    if (!suppression) return problemResponse({ kind: 'not-found', what: `suppression of ${email.value}` });
    if (suppression.reason === 'erased') {
      const detail = 'Its reader had everything erased: nobody but they can lift it, by signing up again.';
      return problemResponse({ kind: 'exists', detail });
    }
    // False: lifted, or suppressed anew, at the same moment.
    if (!(await suppressions.lift(hash, suppression)))
      return problemResponse({
        kind: 'version-mismatch',
        detail: 'The suppression has changed; look again.',
      });
    log.info('a suppression was lifted', {
      address: hash.slice(0, 12),
      reason: suppression.reason,
      by: context.get('bearer').name,
      why: why.slice(0, 300),
    });
    return new Response(null, { status: 204, headers: NO_STORE });
  });

  app.all('/', () => problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD, DELETE' }));
  return app;
}

function addressOf(email: string | undefined): Outcome<string> {
  const address = parseAddress(email ?? '');
  if (address) return done(address);
  return refused({ kind: 'malformed', detail: 'The parameter email must be a mail address.' });
}
