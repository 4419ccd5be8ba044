import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server of all callbacks. It takes every delivery as fast as a Node server can. GET /count answers how many it
 * took. */
let taken = 0;
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    if (request.method === 'POST') {
      taken += 1;
      response.writeHead(204).end();
    } else response.end(String(taken));
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
