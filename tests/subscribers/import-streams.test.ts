import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { serve } from '@hono/node-server';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../functions/adapters/one-machine/dynoxide.ts';
import { listen } from '../../functions/start/local-installation.ts';
import { OWNER_TOKEN, setUp, useDatabase, type World } from '../support/installation.ts';
import { CONSENT, postCsv, readers, readReport } from '../support/lists.ts';

useDatabase();

/** An import over a socket, whose body the test writes by hand. */
async function sending(world: World) {
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

it('a line is reported while the file is still being sent', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  sent.write('email\nana@reader.example\nben@reader.example\n');
  const [answer] = await answered;
  expect(answer.statusCode).toBe(200);
  const [first] = await once(answer, 'data');
  expect(String(first)).toMatch(/^\{"line":2,"email":"ana@reader\.example","result":"added"\}\n/);
  expect((await readers(world)).has('ana@reader.example')).toBe(true);
  sent.end('eva@reader.example\n');
  const rest = `${first}${await text(answer)}`;
  expect(readReport(rest).summary).toMatchObject({ complete: true, added: 3 });
});

it('a client that reads nothing before it has sent everything gets the whole report', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  const line = `${'x'.repeat(100)}\n`;
  const lines = 80_000;
  sent.write('email\n');
  for (let part = 0; part < lines / 1000; part++) {
    if (!sent.write(line.repeat(1000))) await once(sent, 'drain');
  }
  sent.end();
  await once(sent, 'finish');
  const [answer] = await answered;
  const report = await text(answer);
  // More than the two sockets hold.
  expect(report.length).toBeGreaterThan(14_000_000);
  expect(readReport(report).summary).toMatchObject({ complete: true, lines, refused: lines });
});

it('of a file without end no more is read than has place in a report that nobody reads', async () => {
  const world = await setUp();
  const part = Buffer.from(`${'x'.repeat(5000)}\n`.repeat(100));
  let parts = 0;
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      parts += 1;
      controller.enqueue(parts === 1 ? Buffer.from('email\n') : part);
    },
    cancel() {
      cancelled = true;
    },
  });
  const answer = await postCsv(world, endless);
  // Nothing of this waits for anything but its turn.
  for (let turns = 0, before = parts; turns < 1000; turns++, before = parts) {
    await new Promise((resolve) => setImmediate(resolve));
    if (parts > before) turns = 0;
  }
  // A report of 16 MB has some 50,000 lines of 320 bytes: 500 parts.
  expect(parts).toBeGreaterThan(300);
  expect(parts).toBeLessThan(700);
  await answer.body?.cancel();
  await expect.poll(() => cancelled, { timeout: 10_000 }).toBe(true);
});

it('the server of one machine gives a list an hour to arrive', async () => {
  const world = await setUp();
  const server = await listen(world.app, { ...world.config, port: await freePort() });
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  expect(server).toMatchObject({ requestTimeout: 3_600_000 });
});

it('a header with faults is answered though the file goes on', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  sent.on('error', () => {});
  sent.write(`name\n${'x\n'.repeat(100_000)}`);
  const [answer] = await answered;
  expect(answer.statusCode).toBe(422);
  expect(await text(answer)).toContain('Column 1, \\"name\\", is not known.');
  sent.destroy();
});

it('a client that hangs up leaves what was stored, and no error in the log', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  sent.on('error', () => {});
  sent.write('email\nana@reader.example\nben@reader.example\nhalf@reader.exam');
  const [answer] = await answered;
  answer.on('error', () => {});
  await once(answer, 'data');
  sent.destroy();
  await expect
    .poll(() => world.log.lines.filter(({ message }) => message === 'readers were imported'), {
      timeout: 10_000,
    })
    .toHaveLength(1);
  expect([...(await readers(world)).keys()].sort()).toEqual(['ana@reader.example', 'ben@reader.example']);
  expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
