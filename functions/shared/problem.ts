import { NO_STORE } from './answer-json.ts';
import type { Fault, Refusal } from './refusal.ts';

/** RFC 9457. `type` is about:blank where the status says it all; `errors` is our extension member. */
export type Problem = { type: string; title: string; status: number; detail: string; errors?: Fault[] };

/** Refusal → problem+json. Exhaustive: a new kind of refusal does not compile before it is given words here. */
export function problemResponse(refusal: Refusal, headers: Record<string, string> = {}): Response {
  const problem = problemOf(refusal);
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      ...NO_STORE,
      ...headersOf(refusal),
      ...headers,
    },
  });
}

/** Refusal → the same in one text, for clients that show no JSON to anybody. */
export function plainResponse(refusal: Refusal): Response {
  const { status, title, detail } = problemOf(refusal);
  return new Response(`${title}:\n${detail}\n`, {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...NO_STORE,
      ...headersOf(refusal),
    },
  });
}

function problemOf(refusal: Refusal): Problem {
  switch (refusal.kind) {
    case 'malformed':
      return problem(400, 'The request cannot be read', refusal.detail);
    case 'invalid':
      return { ...problem(422, 'The request has faults', inWords(refusal.faults)), errors: refusal.faults };
    case 'unauthenticated':
      return problem(401, 'A token is needed', refusal.detail);
    case 'unsigned':
      return problem(401, 'The signature does not hold', refusal.detail);
    case 'forbidden':
      return problem(403, 'The token does not allow this', `It lacks the scope "${refusal.scope}".`);
    case 'not-found':
      return problem(404, 'Not found', `There is no ${refusal.what}.`);
    case 'method-not-allowed':
      return problem(405, 'The method is not allowed here', `Allowed: ${refusal.allow}.`);
    case 'not-acceptable':
      return problem(406, 'No acceptable form', refusal.detail);
    case 'exists':
      return problem(409, 'It exists already', refusal.detail);
    case 'conflict':
      return problem(409, 'Not in the state that it is in', refusal.detail);
    case 'version-mismatch':
      return problem(412, 'It has changed since', refusal.detail);
    case 'too-large':
      return problem(
        413,
        'The request is too large',
        `The body may have at most ${refusal.limitBytes} bytes.`,
      );
    case 'unsupported-media-type':
      return problem(
        415,
        'The type of the body is not understood',
        `It is "${refusal.got}"; allowed: ${refusal.allowed.join(', ')}.`,
      );
    case 'key-reused':
      return problem(422, 'The idempotency key belongs to another request', refusal.detail);
    case 'throttled':
      return problem(429, 'Too many requests', refusal.detail);
    case 'failed':
      return problem(
        500,
        'Something went wrong here',
        'It is not your fault. What was accepted before is stored; try this request again.',
      );
    case 'busy':
      return problem(503, 'Busy', refusal.detail);
  }
}

function problem(status: number, title: string, detail: string): Problem {
  return { type: 'about:blank', title, status, detail };
}

function inWords(faults: Fault[]): string {
  return faults.length === 1 ? '1 fault, listed in errors.' : `${faults.length} faults, listed in errors.`;
}

function headersOf(refusal: Refusal): Record<string, string> {
  switch (refusal.kind) {
    case 'unauthenticated':
      return { 'www-authenticate': 'Bearer realm="broadsheet"' };
    case 'unsigned':
      // RFC 9110, section 15.5.2, wants a challenge; no scheme is registered for signed webhooks.
      return { 'www-authenticate': 'HMAC realm="webhooks"' };
    case 'forbidden':
      // RFC 6750, section 3.1
      return {
        'www-authenticate': `Bearer realm="broadsheet", error="insufficient_scope", scope="${refusal.scope}"`,
      };
    case 'method-not-allowed':
      return { allow: refusal.allow };
    case 'too-large':
      // What is left of the body is not read, so nothing more can be said on this connection (RFC 9110, 15.5.14).
      return { connection: 'close' };
    case 'busy':
    case 'throttled':
      return { 'retry-after': String(refusal.retryAfterSeconds) };
    default:
      return {};
  }
}
