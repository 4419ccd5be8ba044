import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { openTable } from '../functions/adapters/dynamo/dynamo-client.ts';
import { callbackClient } from '../functions/adapters/http/callback-client.ts';
import { ids } from '../functions/adapters/random.ts';
import { feedCache } from '../functions/feeds/feed-cache.ts';
import { tableStores } from '../functions/start/stores.ts';
import { AT_ONCE } from '../functions/websub/deliver.ts';
import { distribute } from '../functions/websub/distribute.ts';
import { readContent } from '../functions/websub/topic-content.ts';
import { testConfig } from '../tests/support/config.ts';
import { callbackOf, FEED, SUBSCRIBERS, secretOf, TOPIC } from './websub-subscribers.ts';

/**
 * Sends a feed to many subscribers, in a process that does nothing else: `node websub-work.ts ours|bare <receiver>
 * <database>`. POST /round does it once and answers {seconds}; GET /memory answers {peakBytes}. `ours` does what the work
 * function does with a message. `bare` is a plain loop that signs the same bytes and POSTs them.
 */
const [way = '', receiver = '', database = ''] = process.argv.slice(2);

const config = testConfig({ BROADSHEET_ALLOW_PRIVATE_CALLBACKS: 'on' });
const silent = () => {};
const stores = tableStores(openTable(config.tableName, database), config);
const services = {
  ...stores,
  // Every round has to send the feed, so nothing counts as sent before.
  distributions: { ...stores.distributions, sent: async () => ({}) },
  config,
  callbacks: callbackClient({ site: config.baseUrl, mayConnect: () => true }),
  feedCache: feedCache(),
  // `ours` below asks the table what is left, so it needs no messages.
  queue: { send: async () => {} },
  clock: Date.now,
  ids,
  log: { info: silent, warn: console.error, error: console.error },
};

/** Calls `distribute` until nothing is left, because one call ends after some seconds. */
async function ours(): Promise<void> {
  await services.distributions.markDue(FEED, Date.now());
  const left = () => services.distributions.left(Date.now(), Date.now());
  while ((await left()).length > 0) await distribute(services, FEED);
}

const agent = new http.Agent({ keepAlive: true });

async function bare(): Promise<void> {
  const content = await readContent(services, TOPIC);
  if (!content) throw new Error(`${TOPIC} is no feed`);
  const { body, headers } = content;
  let next = 0;
  const post = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const signature = createHmac('sha256', secretOf(index)).update(body).digest('hex');
      const request = http.request(callbackOf(receiver, index), {
        method: 'POST',
        agent,
        headers: {
          ...headers,
          'x-hub-signature': `sha256=${signature}`,
          'content-length': String(body.byteLength),
        },
      });
      request.on('response', (response) => response.resume().once('end', resolve));
      request.on('error', reject);
      request.end(body);
    });
  const worker = async () => {
    for (let index = next++; index < SUBSCRIBERS; index = next++) await post(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const app = new Hono()
  .post('/round', async () => {
    const begun = performance.now();
    await (way === 'ours' ? ours() : bare());
    return Response.json({ seconds: (performance.now() - begun) / 1000 });
  })
  .get('/memory', () => Response.json({ peakBytes: process.resourceUsage().maxRSS * 1024 }));

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info: AddressInfo) => {
  process.stdout.write(`ready http://127.0.0.1:${info.port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
