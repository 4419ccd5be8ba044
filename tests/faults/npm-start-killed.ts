import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, type TestContext } from 'vitest';
import { ensureTable, openTable } from '../../functions/adapters/dynamo/dynamo-client.ts';
import { dynamoSubscribers } from '../../functions/adapters/dynamo/dynamo-subscribers.ts';
import { startDynoxide } from '../../functions/adapters/one-machine/dynoxide.ts';
import { LEASE_SECONDS } from '../../functions/delivery/batch.ts';
import type { IssueView } from '../support/newsroom.ts';
import { dataFolder, get, post, type Running, start } from '../support/process.ts';
import { afterwards, FAULTS, type Fault, startProvider } from '../support/provider.ts';
import { counter } from './fault-table.ts';

/** The tests kill `npm start` with all of its processes in the middle of an issue. */

const LANGUAGES = ['en', 'es'];

/** Puts readers of all shards into the folder's database before its first start. Returns their addresses. */
async function withReaders(folder: string, count: number): Promise<string[]> {
  const database = await startDynoxide({ reachableBy: 'everybody', file: `${folder}/broadsheet.db` });
  const table = openTable('broadsheet', database.endpoint);
  await ensureTable(table);
  const store = dynamoSubscribers(table);
  const at = '2026-11-01T00:00:00.000Z';
  const readers = Array.from({ length: count }, (_, number) => ({
    id: `reader-${number}`,
    email: `reader-${number}@reader.example`,
    language: LANGUAGES[number % 2] ?? 'en',
    editions: ['daily'],
    topics: [],
  }));
  for (const reader of readers)
    await store.write(
      undefined,
      { ...reader, version: 1, confirmedAt: at, updatedAt: at, consent: { at, source: 'sign-up' } },
      { at, what: 'confirmed', editions: reader.editions },
    );
  table.client.destroy();
  await database.stop();
  return readers.map(({ email }) => email);
}

async function sendIssue({ url }: Running, number: number): Promise<string> {
  for (const language of LANGUAGES) {
    const story = {
      id: `story-${number}-${language}`,
      title: `Story ${number}`,
      content: { html: '<p>Text.</p>' },
      language,
      section: 'harbour',
    };
    expect((await post(`${url}/api/articles`, story)).status).toBe(201);
  }
  const answer = await post(`${url}/api/editions/daily/issues`, { slot: `kill-${number}` });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as IssueView).id;
}

const isIssueSent = async (running: Running, id: string) => (await issueOf(running, id)).state === 'sent';
const issueOf = async ({ url }: Running, id: string) =>
  (await (await get(`${url}/api/issues/${id}`)).json()) as IssueView;

/** `times` says how often the process is killed, and `of` how many readers the newspaper has. */
export function killTest(times: number, of: number): void {
  const name = times === 1 ? 'once' : `${times} times`;
  it(`every reader gets each issue once when kill -9 ends npm start in the middle of an issue, ${name}`, (context) =>
    kill(times, of, context));
}

async function kill(times: number, of: number, context: TestContext): Promise<void> {
  const folder = dataFolder();
  const readers = await withReaders(folder, of);
  const provider = await startProvider();
  const account = provider.account(Date.now);
  let victim: Running | undefined;
  let kills = 0;
  /**
   * The process dies in turn at its first, second or third request. The provider has sometimes accepted the request and
   * sometimes not.
   */
  let requests = 0;
  const apiKey = account.newApiKey((): Fault | undefined => {
    requests += 1;
    if (!victim || kills >= times || requests <= kills % 3) return undefined;
    victim.child.kill('SIGKILL');
    victim = undefined;
    kills += 1;
    return kills % 2 === 0 ? FAULTS.dropped : afterwards(FAULTS.dropped);
  });
  const env = { RESEND_BASE_URL: provider.url, RESEND_API_KEY: apiKey };

  const issues: string[] = [];
  let running = await start(folder, env);
  while (kills < times) {
    requests = 0;
    victim = running;
    while (!(await Promise.race([running.ended, pause(200)]))) {
      const last = issues.at(-1);
      // There is no answer if the process has died in the meantime.
      const isSent = last === undefined || (await isIssueSent(running, last).catch(() => false));
      if (isSent)
        await sendIssue(running, issues.length).then(
          (id) => issues.push(id),
          () => undefined,
        );
    }
    running = await start(folder, env);
  }
  const restarted = Date.now();
  for (const id of issues) while (!(await isIssueSent(running, id))) await pause(100);
  // The lock of the folder shows that the killed process is gone, so the next process takes over its work at once.
  expect(Date.now() - restarted).toBeLessThan(LEASE_SECONDS * 1000 * 0.6);

  const count = counter(context, 'kill -9 of npm start');
  for (const [index, id] of issues.entries()) {
    const got = account.mails.filter(({ key }) => key.startsWith(`issue/${id}/`)).map(({ to }) => to);
    const once = new Set(got);
    const found = {
      owed: readers.length,
      lost: readers.filter((reader) => !once.has(reader)),
      repeated: got.filter((to, place) => got.indexOf(to) !== place),
      strangers: [...once].filter((to) => !readers.includes(to)),
    };
    count(index === 0 ? kills : 0, found);
    expect(found).toEqual({ owed: of, lost: [], repeated: [], strangers: [] });
    expect(await issueOf(running, id)).toMatchObject({ planned: of, sent: of, failed: 0, left: 0 });
  }
  running.child.kill('SIGKILL');
  await running.ended;
  await provider.stop();
}
