import { NO_STORE } from './answer-json.ts';
import { type Fault, listedFaults, MOST_LISTED, type Refusal } from './refusal.ts';

/**
 * The body of an answer that refuses a request (RFC 9457). `type` is always `about:blank`, because the status says what
 * kind of problem it is. `errors` is an extension member of ours.
 */
export type Problem = { type: string; title: string; status: number; detail: string; errors?: Fault[] };

/**
 * Returns the answer to a refused request as problem+json (RFC 9457). A new kind of refusal does not compile until
 * `problemOf` has words for it.
 */
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

/** Returns the same answer as plain text, for clients that do not show JSON to a person. */
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
      return {
        ...problem(422, 'The request has faults', inWords(refusal.faults.length)),
        errors: listedFaults(refusal.faults),
      };
    case 'unauthenticated':
      return problem(401, 'A token is needed', refusal.detail);
    case 'unsigned':
      return problem(401, 'The signature is not valid', refusal.detail);
    case 'forbidden':
      return problem(403, 'The token does not allow this', `The token lacks the scope "${refusal.scope}".`);
    case 'elsewhere':
      return problem(403, 'Only on this machine', refusal.detail);
    case 'not-found':
      return problem(404, 'Not found', `There is no ${refusal.what}.`);
    case 'method-not-allowed':
      return problem(405, 'The method is not allowed here', `Allowed: ${refusal.allow}.`);
    case 'not-acceptable':
      return problem(406, 'No acceptable encoding', refusal.detail);
    case 'exists':
      return problem(409, 'It exists already', refusal.detail);
    case 'conflict':
      return problem(409, 'The present state does not allow this', refusal.detail);
    case 'version-mismatch':
      return problem(412, 'A condition of the request is not met', refusal.detail);
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
        `The type is "${refusal.got}"; allowed: ${refusal.allowed.join(', ')}.`,
      );
    case 'key-reused':
      return problem(422, 'The idempotency key belongs to another request', refusal.detail);
    case 'throttled':
      return problem(429, 'Too many requests', refusal.detail);
    case 'failed':
      return problem(
        500,
        'Something went wrong here',
        'The fault is ours. Everything that was accepted before is stored. Try this request again.',
      );
    case 'busy':
      return problem(503, 'Busy', refusal.detail);
  }
}

function problem(status: number, title: string, detail: string): Problem {
  return { type: 'about:blank', title, status, detail };
}

function inWords(count: number): string {
  if (count === 1) return '1 fault, listed in errors.';
  if (count <= MOST_LISTED) return `${count} faults, listed in errors.`;
  return `${count} faults. The first ${MOST_LISTED} are listed in errors.`;
}

function headersOf(refusal: Refusal): Record<string, string> {
  switch (refusal.kind) {
    case 'unauthenticated':
      return { 'www-authenticate': 'Bearer realm="broadsheet"' };
    case 'unsigned':
      // RFC 9110, section 15.5.2, demands a challenge, but no scheme is registered for signed webhooks. This name is
      // our own.
      return { 'www-authenticate': 'HMAC realm="webhooks"' };
    case 'forbidden':
      // The header names the scope that the token lacks (RFC 6750, section 3.1).
      return {
        'www-authenticate': `Bearer realm="broadsheet", error="insufficient_scope", scope="${refusal.scope}"`,
      };
    case 'method-not-allowed':
      return { allow: refusal.allow };
    case 'too-large':
      // The rest of the body is not read, so the connection cannot carry another request (RFC 9110, section 15.5.14).
      return { connection: 'close' };
    case 'busy':
    case 'throttled':
      return { 'retry-after': String(refusal.retryAfterSeconds) };
    default:
      return {};
  }
}
