/** One thing wrong with a request: where (RFC 6901 pointer into its body) and what is allowed. */
export type Fault = { pointer: string; detail: string };

/** RFC 6901 */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Every way in which a request can be refused. `problem.ts` gives each its status and words. */
export type Refusal =
  | { kind: 'malformed'; detail: string }
  | { kind: 'invalid'; faults: Fault[] }
  | { kind: 'unauthenticated'; detail: string }
  /** A machine's request whose signature does not hold. */
  | { kind: 'unsigned'; detail: string }
  | { kind: 'forbidden'; scope: string }
  | { kind: 'not-found'; what: string }
  | { kind: 'method-not-allowed'; allow: string }
  | { kind: 'not-acceptable'; detail: string }
  | { kind: 'exists'; detail: string }
  /** It cannot be done to a thing in the state that it is in. */
  | { kind: 'conflict'; detail: string }
  | { kind: 'version-mismatch'; detail: string }
  | { kind: 'too-large'; limitBytes: number }
  | { kind: 'unsupported-media-type'; got: string; allowed: string[] }
  | { kind: 'key-reused'; detail: string }
  | { kind: 'throttled'; detail: string; retryAfterSeconds: number }
  /** Our fault, told in the log. */
  | { kind: 'failed' }
  | { kind: 'busy'; detail: string; retryAfterSeconds: number };

/** The value of a successful step, or why it was refused. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export function done<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

export function refused(refusal: Refusal): { ok: false; refusal: Refusal } {
  return { ok: false, refusal };
}
