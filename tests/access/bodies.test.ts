import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../functions/adapters/one-machine/dynoxide.ts';
import { apiRoutes, mailboxRoutes, publicRoutes } from '../../functions/app.ts';
import { listen } from '../../functions/start/local-installation.ts';
import { OWNER_TOKEN, setUp, type World } from '../support/installation.ts';
import { sample } from './sample-path.ts';

/** Bodies that never end, and bodies that end too early, at every address that a real server answers. */

let world: World;
let port: number;
let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  port = await freePort();
  const config = { port, baseUrl: `http://localhost:${port}` };
  world = await setUp({ config });
  server = await listen(world.app, { ...world.config, ...config });
});
afterAll(() => void server.close());

/** Resolves when a socket is closed, whether by an error or not. */
const closeOf = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

const head = (method: string, path: string, more: string) =>
  `${method} ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nauthorization: Bearer ${OWNER_TOKEN}\r\n${more}\r\n\r\n`;

const CHUNK = Buffer.from(`10000\r\n${'a'.repeat(65_536)}\r\n`);
/** What lies in the buffers of the kernel is more than any limit, so this is more than both. */
const MOST_BYTES = 40_000_000;

/** Sends a body without an end. Returns the status of the answer, and how many bytes the server took before it closed. */
async function endless(
  method: string,
  path: string,
  type: string,
): Promise<{ status: number; taken: number }> {
  const socket = connect(port, '127.0.0.1');
  let [answer, taken] = ['', 0];
  socket.on('data', (data) => (answer += data)).on('error', () => {});
  const closed = closeOf(socket);
  socket.write(head(method, path, `content-type: ${type}\r\ntransfer-encoding: chunked`));
  while (!socket.destroyed && taken < MOST_BYTES) {
    taken += CHUNK.length;
    if (!socket.write(CHUNK))
      await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
  }
  socket.destroy();
  await closed;
  return { status: Number(answer.split(' ')[1]), taken };
}

describe('a body without an end is not read', () => {
  const rows = async () => [
    ...publicRoutes(world.services).flatMap(({ method, paths }) => [[method, paths[0] ?? ''] as const]),
    ...apiRoutes(world.services).map(([method, path]) => [method, path] as const),
    ...mailboxRoutes({ ...world.services, mailbox: {} as never }).map(
      ({ method, paths }) => [method, paths[0] ?? ''] as const,
    ),
  ];

  it('at any address of the route tables, whatever the method is', async () => {
    const all = await rows();
    expect(all.length).toBeGreaterThan(50);
    for (const [method, pattern] of all) {
      const isImport = pattern === '/api/subscribers/import';
      const query = isImport ? '?editions=daily&consent=x' : '';
      const where = `${method} ${pattern}`;
      const { status, taken } = await endless(
        method,
        sample(pattern) + query,
        isImport ? 'text/csv' : 'application/json',
      );
      expect(taken, where).toBeLessThan(MOST_BYTES);
      const hasBody = !['GET', 'OPTIONS'].includes(method);
      // A list of readers may have any length, and its first line may not. There is no status if the connection was closed
      // before the answer was read.
      if (hasBody) expect([isImport ? 400 : 413, NaN], where).toContain(status);
    }
  });
});

it('a body that breaks off is no error of ours, and leaves no stack in the log', async () => {
  const before = world.log.lines.length;
  const requests = [
    ['POST', '/api/articles', 'application/json'],
    ['PUT', '/api/articles/x', 'application/json'],
    ['POST', '/api/tokens', 'application/json'],
    ['POST', '/api/editions/daily/preview', 'application/json'],
    ['POST', '/subscriptions', 'application/x-www-form-urlencoded'],
    ['POST', '/subscriptions', 'multipart/form-data; boundary=x'],
    ['POST', '/webhooks/resend', 'application/json'],
    ['POST', '/websub', 'application/x-www-form-urlencoded'],
    ['POST', '/api/subscribers/import?editions=daily&consent=x', 'text/csv'],
  ] as const;
  for (const [method, path, type] of requests) {
    for (const length of ['content-length: 1000', 'transfer-encoding: chunked']) {
      const socket = connect(port, '127.0.0.1');
      const start = length.startsWith('content') ? '{"a":' : '5\r\n{"a":\r\n';
      socket.resume().end(head(method, path, `content-type: ${type}\r\n${length}`) + start);
      await closeOf(socket);
    }
  }
  const told = () => world.log.lines.slice(before);
  await expect.poll(() => told().length, { timeout: 5000 }).toBeGreaterThan(12);
  expect(told().filter(({ level }) => level === 'error')).toEqual([]);
  expect(JSON.stringify(told())).not.toContain('"stack"');
});
