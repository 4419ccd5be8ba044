import type * as z from 'zod';
import { done, type Outcome, pointerOf, refused } from './refusal.ts';

/** What a schema makes of a request's input, or every fault in it. */
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

/** The same of a body of JSON. An empty one is an object without members. */
export function checkedBody<T>(schema: z.ZodType<T>, body: string): Outcome<T> {
  const input = body.trim() === '' ? done({}) : jsonOf(body);
  return input.ok ? checkedInput(schema, input.value) : input;
}

/** A body as JSON, or where it is none. */
export function jsonOf(body: string): Outcome<unknown> {
  try {
    return done(JSON.parse(body) as unknown);
  } catch (error) {
    return refused({ kind: 'malformed', detail: `The body is not JSON: ${(error as Error).message}.` });
  }
}
