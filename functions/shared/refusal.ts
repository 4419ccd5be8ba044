import type * as z from 'zod';
import { KEY_PATTERN } from './idempotency-key.ts';

/** The ways in which a request can be refused, and the checks of input that refuse. */

/** One fault of a request. `pointer` says where in the body it is (RFC 6901), and `detail` what is allowed there. */
export type Fault = { pointer: string; detail: string };

/**
 * The most faults, or warnings, that one answer lists. The others are counted. Whoever corrects a hundred has seen the
 * pattern, and a request of a megabyte can have a hundred thousand.
 */
export const MOST_LISTED = 100;
/** The most characters of a pointer. The name of an unknown field can be as long as the request. */
const MAX_POINTER = 300;

/** Returns the faults that an answer lists. */
export function listedFaults(faults: Fault[]): Fault[] {
  return faults.slice(0, MOST_LISTED).map(({ pointer, detail }) => ({
    pointer: pointer.length > MAX_POINTER ? `${pointer.slice(0, MAX_POINTER)}…` : pointer,
    detail,
  }));
}

/**
 * Returns the warnings that an answer lists. If there are too many, the last one says how many others there are.
 * `unlisted` is how many there are besides `warnings`.
 */
export function listedWarnings(warnings: Fault[], unlisted = 0): Fault[] {
  const listed = listedFaults(warnings);
  const others = warnings.length - listed.length + unlisted;
  if (others === 0) return listed;
  return [...listed, { pointer: '', detail: `and ${others} more warnings, which are not listed` }];
}

/** Every way in which a request can be refused. `problem.ts` gives each kind its status and words. */
export type Refusal =
  | { kind: 'malformed'; detail: string }
  | { kind: 'invalid'; faults: Fault[] }
  | { kind: 'unauthenticated'; detail: string }
  /** The signature of a webhook is missing or wrong. */
  | { kind: 'unsigned'; detail: string }
  | { kind: 'forbidden'; scope: string }
  /** The address only answers requests from this machine, under its own name. */
  | { kind: 'elsewhere'; detail: string }
  | { kind: 'not-found'; what: string }
  | { kind: 'method-not-allowed'; allow: string }
  | { kind: 'not-acceptable'; detail: string }
  | { kind: 'exists'; detail: string }
  /** The present state of the thing does not allow what the request asks for. */
  | { kind: 'conflict'; detail: string }
  | { kind: 'version-mismatch'; detail: string }
  | { kind: 'too-large'; limitBytes: number }
  | { kind: 'unsupported-media-type'; got: string; allowed: string[] }
  | { kind: 'key-reused'; detail: string }
  | { kind: 'throttled'; detail: string; retryAfterSeconds: number }
  /** The fault is ours. The log has the error. */
  | { kind: 'failed' }
  | { kind: 'busy'; detail: string; retryAfterSeconds: number };

/** The value of a successful step, or the reason why the request is refused. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export function done<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

export function refused(refusal: Refusal): { ok: false; refusal: Refusal } {
  return { ok: false, refusal };
}

/** Returns what a schema makes of a request's input, or a refusal with every fault in it. */
export function checkedInput<T>(schema: z.ZodType<T>, input: unknown): Outcome<T> {
  const result = schema.safeParse(input);
  if (result.success) return done(result.data);
  const faults = result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        pointer: pointerOf([...issue.path, key]),
        detail: 'is not a field here',
      }));
    const detail = issue.path.length === 0 ? 'must be an object' : issue.message;
    return [{ pointer: pointerOf(issue.path), detail }];
  });
  return refused({ kind: 'invalid', faults });
}

/** Reads a body as JSON and checks it. An empty body counts as an object without members. */
export function checkedBody<T>(schema: z.ZodType<T>, body: string): Outcome<T> {
  const input = body.trim() === '' ? done({}) : jsonOf(body);
  return input.ok ? checkedInput(schema, input.value) : input;
}

/** Returns the RFC 6901 pointer to a place in a body. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Reads a body as JSON. The refusal says at which place the body stops being JSON. */
export function jsonOf(body: string): Outcome<unknown> {
  try {
    return done(JSON.parse(body) as unknown);
  } catch (error) {
    return refused({ kind: 'malformed', detail: `The body is not JSON: ${(error as Error).message}.` });
  }
}

/** Checks whether a JSON value is an object, which an array and null are not. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads the header `Idempotency-Key`. The value is undefined if the request has no such header. */
export function parseIdempotencyKey(header: string | null | undefined): Outcome<string | undefined> {
  if (header === undefined || header === null) return done(undefined);
  if (KEY_PATTERN.test(header)) return done(header);
  return refused({
    kind: 'malformed',
    detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.',
  });
}
