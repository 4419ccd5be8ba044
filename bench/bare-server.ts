import { get, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

/**
 * The server that Broadsheet is compared with: Hono on the same Node server, which answers with constants. `node
 * bare-server.ts <feed's URL>` asks for the feed once, and then serves its bytes and headers: 200 at /rss.xml, and 304 at
 * /304.xml.
 */

/** These headers of the feed are not copied, because the Node server writes them itself. */
const OF_THE_CONNECTION = ['date', 'connection', 'keep-alive', 'transfer-encoding'];

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Uses node:http, because fetch would decompress the body. */
function ask(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    }).once('error', reject);
  });
}

function constant({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !OF_THE_CONNECTION.includes(name) ? [[name, value]] : [],
    ),
  );
}

const url = process.argv[2] ?? '';
const full = await ask(url, { 'accept-encoding': 'gzip' });
const notModified = await ask(url, { 'accept-encoding': 'gzip', 'if-none-match': full.headers.etag ?? '' });
if (full.status !== 200 || notModified.status !== 304)
  throw new Error(`the feed answered ${full.status} and ${notModified.status}`);

const headersOf200 = constant(full);
const headersOf304 = constant(notModified);
// This is the fastest way to answer with Hono: `context.body` would make a new Headers object for every answer.
const bytes = new Uint8Array(full.body);
const app = new Hono()
  .get('/rss.xml', () => new Response(bytes, { status: 200, headers: headersOf200 }))
  .get('/304.xml', () => new Response(null, { status: 304, headers: headersOf304 }));

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info: AddressInfo) => {
  process.stdout.write(`ready http://localhost:${info.port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
