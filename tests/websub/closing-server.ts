import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * A server in a thread of its own. When it gets a message, it closes and resets its connections, and then sets a flag in the
 * shared memory that it was given. A client that has not yet noticed the close gets EPIPE when it writes.
 */
const isGone = new Int32Array(workerData as SharedArrayBuffer);
const open = new Set<Socket>();
const server = createServer((request, response) => {
  request.resume().once('end', () => response.end('here'));
});
server.on('connection', (socket) => {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
});
parentPort?.on('message', () => {
  for (const socket of open)
    socket.end(() => {
      socket.resetAndDestroy();
      Atomics.store(isGone, 0, 1);
      Atomics.notify(isGone, 0);
    });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
