import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import * as z from 'zod';
import { type Clock, isoTime } from '../shared/clock.ts';
import { problemResponse } from '../shared/problem.ts';
import { inOneText, queryFaults } from '../shared/query-faults.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import type { Method, Route } from '../shared/route-table.ts';
import { sha256 } from '../shared/text.ts';
import type { Bearer, Scope, TokenStore } from './tokens.ts';

/**
 * One address of the JSON API: its handler, and what it takes and answers. The shapes are zod schemas, so that requests
 * can be checked and the API can be documented.
 */
export type Operation = {
  /** The parameters of the query. A request with any other parameter is refused. */
  query: z.ZodObject;
  body?: OperationBody;
  /** The answers of success, by their status. */
  answers: Record<number, Answer>;
  handle: (asked: Asked<unknown>) => Promise<Response>;
};

export type OperationBody = {
  /** The media types that are taken. If this is absent, the body is read as JSON and the header is not looked at. */
  types?: string[];
  shape: z.ZodType;
  /** If true, a request without a body counts as one with an empty object. */
  optional?: boolean;
  /** If this is undefined, the body is read piece by piece and may have any length. */
  maxBytes: number | undefined;
};
/** An answer without `shape` has no body. `type` is the media type of the body, by default `application/json`. */
export type Answer = { means: string; shape?: z.ZodType; type?: string };

/** A request that may be carried out: its token has the scope, and its query is checked. */
export type Asked<Query> = {
  request: Request;
  /** The path of the request, decoded. */
  path: string;
  /** The values of the names in the path's pattern. */
  params: Record<string, string>;
  query: Query;
  bearer: Bearer;
};

type Definition<Query extends z.ZodObject> = Omit<Operation, 'query' | 'handle'> & {
  query?: Query;
  /** If true, the handler checks the query, because the body decides which parameters are allowed. */
  queryIsCheckedLater?: boolean;
  handle: (asked: Asked<z.output<Query>>) => Promise<Response>;
};

const NO_PARAMETERS = z.strictObject({});

/** Makes an operation that checks the query of a request before its handler runs. */
export function operation<Query extends z.ZodObject = typeof NO_PARAMETERS>({
  query,
  queryIsCheckedLater,
  handle,
  ...shapes
}: Definition<Query>): Operation {
  const shape = (query ?? NO_PARAMETERS) as Query;
  return {
    ...shapes,
    query: shape,
    async handle(asked) {
      const checked = queryIsCheckedLater ? done({}) : checkedQuery(shape, new URL(asked.request.url));
      if (!checked.ok) return problemResponse(checked.refusal);
      return handle({ ...asked, query: checked.value as z.output<Query> });
    },
  };
}

function checkedQuery<Query extends z.ZodObject>(shape: Query, url: URL): Outcome<z.output<Query>> {
  const names = Object.keys(shape.shape);
  const faults = queryFaults(url.searchParams, names);
  const known = Object.fromEntries([...url.searchParams].filter(([name]) => names.includes(name)));
  const checked = shape.safeParse(known);
  if (checked.success && faults.length === 0) return done(checked.data);
  for (const { path, message } of checked.error?.issues ?? []) faults.push(`${path.join('.')} ${message}.`);
  return refused({ kind: 'malformed', detail: inOneText(faults) });
}

export type AccessServices = {
  tokens: TokenStore;
  clock: Clock;
  config: { ownerTokenHash?: string | undefined };
};

/** A row of the API's route table in `app.ts`. */
export type ApiRoute = [method: Method, path: string, scope: Scope, does: string, operation: Operation];

/**
 * Returns a function that turns a row of the table into a route. The route checks the token before it reads the body.
 */
export function guarded(services: AccessServices): (row: ApiRoute) => Route {
  return ([method, path, scope, does, { body, handle }]) => ({
    method,
    paths: [path],
    does,
    before: [requireScope(services, scope)],
    maxBytes: body && (body.maxBytes ?? 'unlimited'),
    answer: (context) =>
      handle({
        request: context.req.raw,
        path: context.req.path,
        params: context.req.param() as Record<string, string>,
        query: undefined,
        bearer: context.get('bearer') as Bearer,
      }),
    refuse: (refusal) => problemResponse(refusal),
  });
}

function requireScope(services: AccessServices, scope: Scope): MiddlewareHandler {
  return async (context: Context, next) => {
    const outcome = await authorise(services, context.req.header('authorization'), scope);
    if (!outcome.ok) return problemResponse(outcome.refusal);
    context.set('bearer', outcome.value);
    return next();
  };
}

/**
 * Returns the holder of the token in a request's header `Authorization: Bearer …` (RFC 6750, section 2.1). Refuses a
 * token that is not known or has expired (401), and a token that lacks the scope (403).
 */
async function authorise(
  { tokens, clock, config }: AccessServices,
  header: string | undefined,
  scope: Scope,
): Promise<Outcome<Bearer>> {
  const { ownerTokenHash } = config;
  const credentials = /^bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1];
  if (!credentials)
    return refused({
      kind: 'unauthenticated',
      detail: 'Send the header "Authorization: Bearer <your token>".',
    });
  const hash = sha256(credentials);
  if (ownerTokenHash && timingSafeEqual(Buffer.from(hash), Buffer.from(ownerTokenHash))) {
    return done({ id: tokenId(hash), name: 'owner' });
  }
  const token = await tokens.get(hash);
  if (!token || (token.expiresAt && token.expiresAt <= isoTime(clock()))) {
    return refused({
      kind: 'unauthenticated',
      detail: token
        ? `The token expired at ${token.expiresAt}.`
        : 'The token is not known here. It may have been revoked or mistyped.',
    });
  }
  if (!token.scopes.includes(scope)) return refused({ kind: 'forbidden', scope });
  return done({ id: tokenId(hash), name: token.name, token });
}

/** Returns the id of a token, which reveals nothing that helps to use the token. */
export function tokenId(hash: string): string {
  return hash.slice(0, 16);
}
