import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { problemResponse } from './problem.ts';

/** Answers a body of more than so many bytes with 413, before it is read to its end. Undefined: any is taken. */
export function limitedTo(bytes: number | undefined): MiddlewareHandler {
  if (bytes === undefined) return (_, next) => next();
  return bodyLimit({
    maxSize: bytes,
    onError: () => problemResponse({ kind: 'too-large', limitBytes: bytes }),
  });
}
