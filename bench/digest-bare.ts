import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AT_ONCE } from './digest-rounds.ts';

/**
 * The plain loop that sending is compared with: `node digest-bare.ts <receiver>`. POST /round?requests= makes this many
 * requests, each of which stringifies the mails and POSTs them, and answers {seconds}. GET /memory answers {peakBytes}.
 */
const [receiver = ''] = process.argv.slice(2);
let mails: unknown;
let keys = 0;

async function round(requests: number): Promise<number> {
  mails ??= await (await fetch(`${receiver}/sample`)).json();
  const begun = performance.now();
  let left = requests;
  const post = async () => {
    while (left-- > 0) {
      const answer = await fetch(`${receiver}/emails/batch`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer re_bare',
          'content-type': 'application/json',
          'idempotency-key': `bare/${++keys}`,
          'x-batch-validation': 'permissive',
        },
        body: JSON.stringify(mails),
      });
      if (((await answer.json()) as { data: unknown[] }).data.length === 0)
        throw new Error('nothing was taken');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, post));
  return (performance.now() - begun) / 1000;
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bare');
  if (pathname === '/memory')
    return response.end(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
  response.end(JSON.stringify({ seconds: await round(Number(searchParams.get('requests'))) }));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
