import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A mail provider that accepts all mails as fast as a Node server can. It reads the whole body, finds the recipient of each
 * mail, and answers with an id for each. GET /taken?edition= answers {mails, readers}, and GET /sample answers the last body.
 */
const TO = Buffer.from('"to":["');
const readers = new Map<string, Set<string>>();
const mails = new Map<string, number>();
let sample = Buffer.alloc(0);
let ids = 0;

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://receiver');
  if (request.method === 'POST') {
    const body = Buffer.concat(await request.toArray());
    const addresses = addressesIn(body);
    if (String(request.headers['idempotency-key']).startsWith('issue/')) {
      if (addresses.length === 100) sample = body;
      for (const address of addresses) note(address);
    }
    const data = addresses.map(() => ({ id: `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}` }));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data, errors: [] }));
  } else if (url.pathname === '/sample') {
    response.end(sample);
  } else {
    const edition = url.searchParams.get('edition') ?? '';
    response.end(
      JSON.stringify({ mails: mails.get(edition) ?? 0, readers: readers.get(edition)?.size ?? 0 }),
    );
  }
});

function addressesIn(body: Buffer): string[] {
  const addresses: string[] = [];
  for (let at = body.indexOf(TO); at >= 0; at = body.indexOf(TO, at + TO.length)) {
    const start = at + TO.length;
    addresses.push(body.toString('latin1', start, body.indexOf(0x22, start)));
  }
  return addresses;
}

/** Counts a mail. Its address is `…@<edition>.example`. */
function note(address: string): void {
  const edition = address.slice(address.indexOf('@') + 1, -'.example'.length);
  const known = readers.get(edition) ?? new Set();
  readers.set(edition, known.add(address));
  mails.set(edition, (mails.get(edition) ?? 0) + 1);
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
