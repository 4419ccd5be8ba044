import { Session } from 'node:inspector/promises';
import { ensureTable, openTable } from '../functions/adapters/dynamo/dynamo-client.ts';
import { startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { readTemplates } from '../functions/adapters/read-templates.ts';
import { resendMailer } from '../functions/adapters/resend/resend-mailer.ts';
import { sha256 } from '../functions/shared/text.ts';
import { localInstallation } from '../functions/start/local-installation.ts';
import { testConfig } from '../tests/support/config.ts';
import { startProvider } from '../tests/support/provider.ts';
import { SECRET, signature } from '../tests/support/webhooks.ts';

/**
 * `node bench/journeys.ts` prints which files of `functions/` are called on two journeys through the code: from
 * `POST /api/articles` until the story stands in `/rss.xml`, and from the minute's tick until the provider's webhook about
 * one of the mails is counted. So it shows how many files somebody has to open who follows a request. It measures no time.
 */

const TOKEN = 'bs_owner-token-of-the-journeys';
const time = { now: Date.parse('2026-11-22T12:00:00.000Z') };

const database = await startDynoxide({ reachableBy: 'everybody' });
const provider = await startProvider();
const table = openTable('journeys', database.endpoint);
await ensureTable(table);
const account = provider.account(() => time.now);
let given = 0;
const silent = () => {};
const installation = localInstallation({
  config: {
    ...testConfig({ BROADSHEET_URL: 'https://paper.example' }),
    ownerTokenHash: sha256(TOKEN),
    resendWebhookSecret: SECRET,
  },
  table,
  templates: readTemplates('templates'),
  linkSecret: 'link-secret-of-the-journeys',
  clock: () => time.now,
  ids: () => `id-${String(++given).padStart(8, '0')}`,
  log: { info: silent, warn: console.error, error: console.error },
  mailer: resendMailer({ apiKey: account.newApiKey(), baseUrl: provider.url }),
  wait: async () => {},
});
const { app, queue } = installation;

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await app.request(`https://paper.example${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.text();
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

/** Returns the files with a function that is called during `steps`. What runs when a file is loaded does not count. */
async function filesCalledIn(steps: () => Promise<void>): Promise<string[]> {
  await session.post('Profiler.takePreciseCoverage');
  await steps();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const called = result.filter(
    ({ url, functions }) =>
      url.startsWith('file://') &&
      url.includes('/functions/') &&
      functions.some(({ ranges }) => ranges[0] && ranges[0].count > 0 && ranges[0].startOffset > 0),
  );
  return called.map(({ url }) => url.split('/functions/')[1] ?? '').sort();
}

function print(journey: string, files: string[]): void {
  const ofDomains = files.filter((file) => !/^(?:adapters|shared|settings|start|app\.ts)/.test(file));
  console.log(`\n${journey}: ${files.length} files, ${ofDomains.length} of them in domain rooms`);
  for (const file of files) console.log(`  functions/${file}`);
}

await ask('POST', '/subscriptions', { email: 'ana@reader.example', editions: ['daily'], language: 'en' });
await queue.drain();
const confirm = /https:\/\/paper\.example(\/subscriptions\/confirm\S+)/.exec(account.mails[0]?.text ?? '');
await ask('POST', confirm?.[1] ?? '');

print(
  'POST /api/articles until the story stands in /rss.xml',
  await filesCalledIn(async () => {
    const story = {
      title: 'The ferry returns',
      content: { html: '<p>At last.</p>' },
      language: 'en',
      section: 'harbour',
    };
    await ask('POST', '/api/articles', story, { authorization: `Bearer ${TOKEN}` });
    if (!(await ask('GET', '/rss.xml')).includes(story.title))
      throw new Error('the story is not in /rss.xml');
  }),
);

await queue.drain();
await installation.tick();
print(
  'a tick until the webhook about its mail is counted',
  await filesCalledIn(async () => {
    time.now = Date.parse('2026-11-22T12:30:00.000Z');
    await installation.tick();
    await queue.drain();
    const mail = account.mails.find(({ key }) => key.startsWith('issue/'));
    if (!mail) throw new Error('no issue was mailed');
    const at = new Date(time.now).toISOString();
    const tags = Object.fromEntries(mail.tags.map(({ name, value }) => [name, value]));
    const data = {
      created_at: at,
      email_id: mail.id,
      from: mail.from,
      to: [mail.to],
      subject: mail.subject,
      tags,
    };
    const event = { type: 'email.delivered', created_at: at, data };
    const seconds = Math.floor(time.now / 1000);
    const signed = signature(SECRET, 'msg_1', seconds, JSON.stringify(event));
    const headers = { 'svix-id': 'msg_1', 'svix-timestamp': String(seconds), 'svix-signature': signed };
    const answer = await ask('POST', '/webhooks/resend', event, headers);
    if (!answer.includes('applied')) throw new Error(`the webhook was answered ${answer}`);
  }),
);

await provider.stop();
await database.stop();
process.exit(0);
