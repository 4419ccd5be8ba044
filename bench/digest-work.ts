import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { openTable } from '../functions/adapters/dynamo/dynamo-client.ts';
import { dynamoPace } from '../functions/adapters/dynamo/dynamo-pace.ts';
import { ids } from '../functions/adapters/random.ts';
import { resendMailer } from '../functions/adapters/resend/resend-mailer.ts';
import { frozenIssues } from '../functions/delivery/frozen-issues.ts';
import type { Message } from '../functions/shared/queue.ts';
import { tableStores } from '../functions/start/stores.ts';
import { signedLinks } from '../functions/subscribers/links.ts';
import { handleWork, type WorkServices } from '../functions/work/handle-work.ts';
import { sweep } from '../functions/work/run-tick.ts';
import { meterOf } from '../tests/support/units.ts';
import { AT_ONCE } from './digest-rounds.ts';
import { digestConfig, LINK_SECRET, SLOT } from './digest-settings.ts';

/**
 * Does what the work function does for an issue, in a process that does nothing else: `node digest-work.ts <receiver>
 * <database> <edition sizes>`. Another process has composed the issue. POST /round?edition=&requests= goes on with it for
 * this many requests, and answers {seconds, mails, ended, read, write}; the last two are units of DynamoDB. GET /memory
 * answers {peakBytes}.
 */
const [receiver = '', database = '', sizes = ''] = process.argv.slice(2);

const config = digestConfig(sizes.split(',').map(Number), receiver);
const table = openTable(config.tableName, database);
const meter = meterOf(table);
const stores = tableStores(table, config);
const messages: Message[] = [];
const silent = () => {};
let requests = 0;
let mails = 0;
const mailer = resendMailer({ apiKey: 're_bench', baseUrl: receiver });
const services = {
  ...stores,
  frozenIssues: frozenIssues(stores.issues),
  pace: dynamoPace(table, { requestsPerSecond: config.publication.mail.requestsPerSecond, clock: Date.now }),
  config,
  links: signedLinks(LINK_SECRET),
  mailer: {
    async send(...request: Parameters<typeof mailer.send>) {
      requests += 1;
      mails += request[0].length;
      return mailer.send(...request);
    },
  },
  queue: { send: async (more: Message[]) => void messages.push(...more) },
  cdn: { invalidate: async () => {} },
  clock: Date.now,
  ids,
  log: { info: silent, warn: console.error, error: console.error },
} as unknown as WorkServices & Parameters<typeof sweep>[0];

/** Does what the queue and the sweep do. Returns whether the issue has ended. */
async function work(edition: string, most: number): Promise<boolean> {
  const until = requests + most;
  const worker = async () => {
    while (requests < until) {
      const message = messages.shift();
      if (!message) return;
      await handleWork(services, message);
    }
  };
  for (;;) {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const issue = await stores.issues.get({ edition, slot: SLOT });
    if (issue?.state === 'sent') return true;
    if (requests >= until) return false;
    await sweep(services);
  }
}

const app = new Hono()
  .post('/round', async (context) => {
    const { edition = '', requests: most } = context.req.query();
    const before = { mails, begun: performance.now() };
    const { result: ended, read, write } = await meter.during(() => work(edition, Number(most)));
    const seconds = (performance.now() - before.begun) / 1000;
    return Response.json({ seconds, mails: mails - before.mails, ended, read, write });
  })
  .get('/memory', () => Response.json({ peakBytes: process.resourceUsage().maxRSS * 1024 }));

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info: AddressInfo) => {
  process.stdout.write(`ready http://127.0.0.1:${info.port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
