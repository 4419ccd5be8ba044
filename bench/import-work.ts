import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { guarded } from '../functions/access/api-operation.ts';
import { openTable } from '../functions/adapters/dynamo/dynamo-client.ts';
import { ids } from '../functions/adapters/random.ts';
import { isoTime } from '../functions/shared/clock.ts';
import { appOf } from '../functions/shared/route-table.ts';
import { sha256 } from '../functions/shared/text.ts';
import { tableStores } from '../functions/start/stores.ts';
import { subscriberOperations } from '../functions/subscribers/subscriber-routes.ts';
import { testConfig } from '../tests/support/config.ts';

/**
 * Stores a list of readers in a process that does nothing else: `node import-work.ts <database> <token>`. POST
 * /api/subscribers/import is Broadsheet's import. POST /bare?first=&count= writes this many readers in a plain loop, with the
 * same transactions, and as many of them at the same time. GET /memory answers {peakBytes}.
 */
const [database = '', token = ''] = process.argv.slice(2);
const AT_ONCE = 16;

const config = { ...testConfig(), ownerTokenHash: sha256(token) };
const stores = tableStores(openTable(config.tableName, database), config);
const silent = () => {};
const log = { info: silent, warn: console.error, error: console.error };

async function bare(first: number, count: number): Promise<void> {
  let next = first;
  const store = async (index: number) => {
    const at = isoTime(Date.now());
    const editions = ['daily'];
    const reader = {
      id: ids(),
      version: 1,
      email: `reader${index}@bare.example`,
      language: 'en',
      editions,
      topics: [],
      confirmedAt: at,
      updatedAt: at,
      consent: { at, source: 'import' as const, detail: 'bench' },
    };
    const isStored = await stores.subscribers.write(undefined, reader, {
      at,
      what: 'imported',
      editions,
      detail: 'bench',
    });
    if (!isStored) throw new Error(`${reader.email} was in the table already`);
  };
  const worker = async () => {
    for (let index = next++; index < first + count; index = next++) await store(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const services = { ...stores, config, clock: Date.now, ids, log };
const { import: importReaders } = subscriberOperations(services);
const row = guarded(services)([
  'POST',
  '/api/subscribers/import',
  'subscribers:write',
  'Imports',
  importReaders,
]);
const app = appOf([row], {
  notFound: () => new Response(null, { status: 404 }),
  failed: (error) => new Response(error.stack, { status: 500 }),
})
  .post('/bare', async (context) => {
    await bare(Number(context.req.query('first')), Number(context.req.query('count')));
    return Response.json({});
  })
  .get('/memory', () => Response.json({ peakBytes: process.resourceUsage().maxRSS * 1024 }));

const serverOptions = { requestTimeout: 3_600_000 };
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', serverOptions }, (info: AddressInfo) => {
  process.stdout.write(`ready http://127.0.0.1:${info.port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
