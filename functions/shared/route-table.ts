import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Refusal } from './refusal.ts';

/** One row of a route table: what is asked how and where, in words, and who answers it. */
export type Route = {
  method: Method;
  /** Patterns as Hono writes them. There are several where the same thing stands at several addresses. */
  paths: string[];
  /** What the request does, as a sentence for people. */
  does: string;
  /** Run in this order, before the body is looked at. */
  before?: MiddlewareHandler[];
  /** The most bytes that the body may have. Unset: the address takes no body, or reads one of any length. */
  maxBytes?: number | undefined;
  answer: (context: Context) => Response | Promise<Response>;
  /** How this address words what the table itself refuses: a method that it does not have, or a body that is too long. */
  refuse: (refusal: Refusal, context: Context) => Response | Promise<Response>;
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** What is answered where no row answers. */
export type Otherwise = {
  /** No row has the address. */
  notFound: (context: Context) => Response | Promise<Response>;
  /** A handler threw. */
  failed: (error: Error, context: Context) => Response | Promise<Response>;
};

/**
 * Makes the app of a route table. An address that has rows, but none for the method, answers 405 with `Allow` (RFC 9110,
 * section 15.5.6). `HEAD` is answered as `GET` is, without the body.
 */
export function appOf(routes: readonly Route[], { notFound, failed }: Otherwise): Hono {
  const app = new Hono();
  const refusals = new Map<string, Route['refuse']>();
  for (const { method, paths, before = [], maxBytes, answer, refuse } of routes) {
    const limit = maxBytes === undefined ? [] : [bodyLimited(maxBytes, refuse)];
    app.on(method, paths, ...before, ...limit, answer);
    for (const path of paths) refusals.set(path, refuse);
  }
  app.onError(failed);
  // Asked only once no row has answered: a middleware in front of all rows would make every request pay for it.
  app.notFound((context) => {
    const { allow, pattern } = methodsAt(app, context.req.path);
    const refuse = pattern === undefined ? undefined : refusals.get(pattern);
    return refuse ? refuse({ kind: 'method-not-allowed', allow }, context) : notFound(context);
  });
  return app;
}

/** The methods that an address has rows for, as `Allow` lists them, and the pattern of the first of these rows. */
function methodsAt(app: Hono, path: string): { allow: string; pattern: string | undefined } {
  const found = METHODS.flatMap((method) => {
    const [handler] = app.router.match(method, path)[0];
    return handler ? [{ method, pattern: handler[0][1].path }] : [];
  });
  const allow = found.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
  return { allow, pattern: found[0]?.pattern };
}

/** A body that is longer is refused before it is read to its end. */
function bodyLimited(maxSize: number, refuse: Route['refuse']): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: (context) => refuse({ kind: 'too-large', limitBytes: maxSize }, context),
  });
}
