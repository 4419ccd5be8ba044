import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { expect, onTestFinished } from 'vitest';
import { createEditorApp } from '../../functions/app.ts';
import type { CsvLimits } from '../../functions/subscribers/csv-limits.ts';
import { OWNER_TOKEN, type World } from '../support/installation.ts';
import { CONSENT } from '../support/lists.ts';

/** Bodies for imports, and ways to send them. */

/** Returns the same world with other limits on an import. */
export const withLimits = (world: World, csvLimits: CsvLimits) => ({
  app: createEditorApp({ ...world.services, csvLimits }),
});

/**
 * Returns a body of these parts. If a part is a promise, the next part is sent when the promise is resolved. If a part is an
 * error, the transfer breaks off.
 */
export function partsOf(...parts: (string | Error | Promise<void>)[]): ReadableStream<Uint8Array> {
  const rest = [...parts];
  return new ReadableStream({
    async pull(controller) {
      if (rest[0] instanceof Promise) await rest.shift();
      const next = rest.shift();
      if (next instanceof Error) controller.error(next);
      else if (typeof next === 'string') controller.enqueue(Buffer.from(next));
      else controller.close();
    },
  });
}

/**
 * Returns a file whose parts have `linesInPart` lines of 5,000 letters each. It has so many parts that only a broken
 * import reads all of them.
 */
export function endlessFile(linesInPart: number) {
  const part = Buffer.from(`${'x'.repeat(5000)}\n`.repeat(linesInPart));
  const file = {
    /** How many parts were read. */
    parts: 0,
    /** Whether the import has said that it wants no more of the file. */
    isCancelled: false,
    body: new ReadableStream<Uint8Array>({
      pull(controller) {
        file.parts += 1;
        controller.enqueue(file.parts === 1 ? Buffer.from('email\n') : part);
        if (file.parts === 1000) controller.close();
      },
      cancel() {
        file.isCancelled = true;
      },
    }),
  };
  return file;
}

/**
 * Waits until an import reads no more parts of a file, or has read more than `most`. An import that can go on reads in
 * a few turns of the event loop, so the function looks at 1000 turns without a new part and then returns.
 */
export async function untilNoMoreIsRead(file: { parts: number }, most: number): Promise<void> {
  for (let turns = 0, before = 0; turns < 1000 && before <= most; turns++, before = file.parts) {
    await new Promise((resolve) => setImmediate(resolve));
    if (file.parts > before) turns = 0;
  }
}

/**
 * Expects that the import of a file without end stops reading if nobody reads its report, and ends when the client
 * hangs up.
 */
export async function expectToStop(
  file: ReturnType<typeof endlessFile>,
  answer: Response,
  parts: { atLeast: number; atMost: number },
): Promise<void> {
  await untilNoMoreIsRead(file, parts.atMost);
  expect(file.parts).toBeGreaterThanOrEqual(parts.atLeast);
  expect(file.parts).toBeLessThanOrEqual(parts.atMost);
  await answer.body?.cancel();
  await expect.poll(() => file.isCancelled, { timeout: 10_000 }).toBe(true);
}

/** Begins an import over a socket. The test itself writes the body. */
export async function sending(world: World) {
  const server = serve({ fetch: world.app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const sent = httpRequest({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    method: 'POST',
    path: `/api/subscribers/import?${CONSENT}`,
    headers: { authorization: `Bearer ${OWNER_TOKEN}`, 'content-type': 'text/csv', connection: 'close' },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  return { sent, answered };
}
