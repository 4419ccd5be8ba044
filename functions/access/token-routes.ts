import { Hono } from 'hono';
import * as z from 'zod';
import { limitedTo } from '../shared/body-limit.ts';
import { checkedInput, jsonOf } from '../shared/checked-input.ts';
import { isoTime } from '../shared/clock.ts';
import { problemResponse } from '../shared/problem.ts';
import { type AccessServices, type Guarded, guard } from './access-routes.ts';
import { hashToken, SCOPES, type Token } from './tokens.ts';

/** `secrets` gives a new token: 32 random bytes, URL-safe. */
export type TokenRouteServices = AccessServices & { secrets: () => string };

const NO_STORE = { 'cache-control': 'no-store' };
const MAX_BODY_BYTES = 10_000;

const newToken = z.strictObject({
  name: z
    .string({ error: 'must be a string' })
    .trim()
    .refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), { error: 'must be one line of text' })
    .min(1, { error: 'must not be empty' })
    .max(100, { error: 'must be at most 100 characters' }),
  scopes: z
    .array(z.enum(SCOPES, { error: `must be one of ${SCOPES.join(', ')}` }), { error: 'must be a list' })
    .min(1, { error: `must name at least one of ${SCOPES.join(', ')}` }),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a date and time such as 2027-01-01T00:00:00Z' })
    .optional(),
});

/** Tokens for systems and people, made and revoked by whoever holds `tokens:write`. Mounted at `/api/tokens`. */
export function tokenRoutes(services: TokenRouteServices): Hono<Guarded> {
  const { tokens, clock, secrets } = services;
  const app = new Hono<Guarded>();
  const needs = guard(services);
  const limited = limitedTo(MAX_BODY_BYTES);

  app.post('/', needs('tokens:write'), limited, async (context) => {
    const input = jsonOf(await context.req.text());
    if (!input.ok) return problemResponse(input.refusal);
    const parsed = checkedInput(newToken, input.value);
    if (!parsed.ok) return problemResponse(parsed.refusal);
    const { name, scopes, expiresAt } = parsed.value;
    const secret = `bs_${secrets()}`;
    const token: Token = {
      hash: hashToken(secret),
      name,
      scopes: [...new Set(scopes)],
      createdAt: isoTime(clock()),
      ...(expiresAt && { expiresAt: new Date(expiresAt).toISOString() }),
    };
    await tokens.put(token);
    // The only time that it is shown: what is stored is its hash.
    return Response.json({ ...view(token), token: secret }, { status: 201, headers: NO_STORE });
  });

  app.get('/', needs('tokens:write'), async () =>
    Response.json({ tokens: (await tokens.list()).map(view) }, { headers: NO_STORE }),
  );

  app.delete('/:id', needs('tokens:write'), async (context) => {
    const id = context.req.param('id');
    const token = (await tokens.list()).find(({ hash }) => idOf(hash) === id);
    if (!token || !(await tokens.remove(token.hash)))
      return problemResponse({ kind: 'not-found', what: `token "${id}"` });
    return new Response(null, { status: 204, headers: NO_STORE });
  });

  app.all('/', () => problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD, POST' }));
  app.all('/:id', () => problemResponse({ kind: 'method-not-allowed', allow: 'DELETE' }));
  return app;
}

function view({ hash, ...token }: Token): Omit<Token, 'hash'> & { id: string } {
  return { id: idOf(hash), ...token };
}

/** Names a token without telling anything of it. */
function idOf(hash: string): string {
  return hash.slice(0, 16);
}
