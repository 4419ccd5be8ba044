import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { callbackClient } from '../../functions/adapters/http/callback-client.ts';

/** Resolves every name to this machine. */
const lookup = ((_name, _options, done) =>
  done(null, [{ address: '127.0.0.1', family: 4 }])) as LookupFunction;

function client() {
  return callbackClient({ site: 'https://paper.example', lookup, mayConnect: () => true });
}

/** Starts a server. Returns its port, its open connections, and a function that counts all connections so far. */
async function countingServer() {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end());
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    connections += 1;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { port, open, connections: () => connections };
}

it('deliveries to very many hosts leave at most 128 connections open', async () => {
  const { port, open } = await countingServer();
  const { post } = client();
  const hosts = Array.from({ length: 400 }, (_, index) => `http://reader-${index}.example:${port}/`);
  while (hosts.length > 0)
    await Promise.all(hosts.splice(0, 50).map((url) => post(url, {}, new Uint8Array(8))));
  await expect.poll(() => open.size, { timeout: 10_000 }).toBeLessThanOrEqual(128);
  expect(open.size).toBeGreaterThan(100);
});

it('a connection is used again, and closed connections take no place from others', async () => {
  const { port, open, connections } = await countingServer();
  const { post } = client();
  const deliver = (host: string) => post(`http://${host}.example:${port}/`, {}, new Uint8Array(8));
  await deliver('first');
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 60 }, (_, index) => deliver(`other-${round}-${index}`)));
    for (const socket of [...open].slice(1)) socket.destroy();
    await expect.poll(() => open.size, { timeout: 10_000 }).toBe(1);
  }
  const before = connections();
  for (let i = 0; i < 30; i++) await deliver('first');
  expect(connections()).toBe(before);
});

it('a kept connection that the server closed and reset unnoticed is replaced at once', async () => {
  const shared = new SharedArrayBuffer(4);
  const server = new Worker(new URL('./closing-server.ts', import.meta.url), { workerData: shared });
  onTestFinished(async () => void (await server.terminate()));
  const port = await new Promise((resolve) => server.once('message', resolve));
  const { post } = client();
  const deliver = () => post(`http://reader.example:${port}/`, {}, new Uint8Array(100_000));
  await deliver();
  await new Promise((resolve) => process.nextTick(resolve));
  server.postMessage('close');
  expect(Atomics.wait(new Int32Array(shared), 0, 0, 5_000)).not.toBe('timed-out');
  expect(await deliver()).toMatchObject({ kind: 'answered', status: 200 });
});
