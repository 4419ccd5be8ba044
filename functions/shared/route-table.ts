import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Refusal } from './refusal.ts';

/** One row of a route table: a method, its addresses, what a request does in words, and the function that answers. */
export type Route = {
  method: Method;
  /** Patterns as Hono writes them. A row has several if the same thing has several addresses. */
  paths: string[];
  /** What the request does, as a sentence for people. */
  does: string;
  /** These run in order, before the body is read. */
  before?: MiddlewareHandler[];
  /**
   * The most bytes that the body may have. A row without it takes no body, and refuses one that is long. A row that is
   * `unlimited` reads its body piece by piece, as fast as it needs the pieces.
   */
  maxBytes?: number | 'unlimited' | undefined;
  answer: (context: Context) => Response | Promise<Response>;
  /** Answers what the table itself refuses: a method that the address does not have, or a body that is too long. */
  refuse: (refusal: Refusal, context: Context) => Response | Promise<Response>;
};

/** Some clients send a few bytes, such as `{}`, where nothing is read. */
const MOST_UNREAD_BYTES = 16_384;
const MAY_HAVE_A_BODY = ['POST', 'PUT', 'PATCH', 'DELETE'];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** The answers to requests that no row answers. */
export type Otherwise = {
  /** Answers if no row has the address. */
  notFound: (context: Context) => Response | Promise<Response>;
  /** Answers if a handler threw. */
  failed: (error: Error, context: Context) => Response | Promise<Response>;
};

/**
 * Makes an app from a route table. If an address has rows but no row for the method, the app answers 405 with `Allow`
 * (RFC 9110, section 15.5.6). `HEAD` gets the answer to `GET` without its body. Every answer has `headers`.
 */
export function appOf(
  routes: readonly Route[],
  { notFound, failed }: Otherwise,
  headers: Record<string, string> = {},
): Hono {
  const app = new Hono();
  const refusals = new Map<string, Route['refuse']>();
  for (const { method, paths, before = [], maxBytes, answer, refuse } of routes) {
    const isLimited = maxBytes !== 'unlimited' && MAY_HAVE_A_BODY.includes(method);
    const limit = isLimited ? [bodyLimited(maxBytes ?? MOST_UNREAD_BYTES, refuse)] : [];
    app.on(method, paths, ...before, ...limit, answer);
    for (const path of paths) refusals.set(path, refuse);
  }
  app.onError(failed);
  // This runs only if no row has answered. A middleware in front of all rows would slow every request down.
  app.notFound((context) => {
    const { allow, pattern } = methodsAt(app, context.req.path);
    const refuse = pattern === undefined ? undefined : refusals.get(pattern);
    return refuse ? refuse({ kind: 'method-not-allowed', allow }, context) : notFound(context);
  });
  const { fetch } = app;
  app.fetch = async (...request) => {
    const answer = await fetch(...request);
    for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
    return answer;
  };
  return app;
}

/**
 * Returns the methods that an address has rows for, as `Allow` lists them, and the pattern of the first of these rows.
 */
function methodsAt(app: Hono, path: string): { allow: string; pattern: string | undefined } {
  const found = METHODS.flatMap((method) => {
    const [handler] = app.router.match(method, path)[0];
    return handler ? [{ method, pattern: handler[0][1].path }] : [];
  });
  const allow = found.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
  return { allow, pattern: found[0]?.pattern };
}

/** Refuses a longer body before it is read to its end. */
function bodyLimited(maxSize: number, refuse: Route['refuse']): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: (context) => refuse({ kind: 'too-large', limitBytes: maxSize }, context),
  });
}
