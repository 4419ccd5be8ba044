import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openTable } from '../../functions/adapters/dynamo/dynamo-client.ts';
import { dynamoSchedules } from '../../functions/adapters/dynamo/dynamo-schedules.ts';
import { startDynoxide } from '../../functions/adapters/one-machine/dynoxide.ts';
import { testConfig } from '../support/config.ts';
import { BY_NPM, cloneFolder, dataFolder, get, ITSELF, post, start, useClone } from '../support/process.ts';

// Each starts processes, one after the other, on whatever machine this is.
vi.setConfig({ testTimeout: 180_000 });
useClone();

const story = (id: string) => ({
  id,
  title: `Story ${id}`,
  content: { html: `<p>${id}</p>` },
  language: 'en',
  section: 'harbour',
});

it('kill -9 in the middle of posting: every story that was answered 201 is there after a restart', async () => {
  const folder = dataFolder();
  const accepted: string[] = [];
  for (let round = 0; round < 3; round++) {
    const running = await start(folder);
    const killAfter = accepted.length + 20 + round * 7;
    for (let n = 0; ; n++) {
      const id = `r${round}-${n}`;
      // Four at once, so that the kill comes between a write and its answer.
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((part) =>
          post(`${running.url}/api/articles`, story(`${id}${part}`)).then(
            (answer) => ({ id: `${id}${part}`, status: answer.status }),
            () => undefined,
          ),
        ),
      );
      for (const answer of answers) if (answer?.status === 201) accepted.push(answer.id);
      if (answers.includes(undefined)) break;
      if (accepted.length >= killAfter) running.child.kill('SIGKILL');
    }
    expect((await running.ended).signal).toBe('SIGKILL');
  }
  const after = await start(folder);
  const statuses = await Promise.all(
    accepted.map(async (id) => (await get(`${after.url}/api/articles/${id}`)).status),
  );
  expect(accepted.length).toBeGreaterThan(60);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  const feed = (await (await fetch(`${after.url}/feed.json`)).json()) as { items: unknown[] };
  expect(feed.items).toHaveLength(50);
});

it('Ctrl-C ends it cleanly, and the next start finds everything', async () => {
  const folder = dataFolder();
  const first = await start(folder);
  expect((await post(`${first.url}/api/articles`, story('kept'))).status).toBe(201);
  const before = await (await fetch(`${first.url}/rss.xml`)).text();
  first.child.kill('SIGINT');
  expect(await first.ended).toEqual({ code: 0, signal: null });
  expect(first.output()).toContain('stopped');
  const second = await start(folder, { PORT: new URL(first.url).port });
  expect(await (await fetch(`${second.url}/rss.xml`)).text()).toBe(before);
});

it('ticks as it starts: from then on the schedules are followed', async () => {
  const folder = dataFolder();
  const before = Date.now();
  const running = await start(folder);
  running.child.kill('SIGTERM');
  await running.ended;
  const database = await startDynoxide({ file: join(folder, 'broadsheet.db') });
  onTestFinished(() => database.stop());
  const schedules = dynamoSchedules(openTable('broadsheet', database.endpoint));
  for (const { id } of testConfig().publication.editions)
    expect((await schedules.followed(id))?.through).toBeGreaterThanOrEqual(before);
});

it('a second process on the same folder is refused, and told who has it', async () => {
  const folder = dataFolder();
  const first = await start(folder);
  await expect(start(folder)).rejects.toThrow(
    `is in use by process ${first.child.pid}, which serves ${first.url}; stop it, or set BROADSHEET_DATA`,
  );
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
});

/** A network of its own, as a container has; not every machine lets its users make one. */
const APART = ['-rn'];
const canBeApart = spawnSync('unshare', [...APART, 'true']).status === 0;

it.skipIf(!canBeApart)('so is one in another container on the same volume', async () => {
  const folder = dataFolder();
  const first = await start(folder);
  const { status, stdout } = spawnSync('unshare', [...APART, ...ITSELF], {
    cwd: cloneFolder(),
    env: {
      PATH: process.env.PATH,
      PORT: new URL(first.url).port,
      BROADSHEET_DATA: folder,
      BROADSHEET_SAMPLES: 'off',
    },
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(stdout).toContain(`is in use by process ${first.child.pid}, which serves ${first.url}`);
  expect(status).toBe(1);
});

it('a port that is taken is named', async () => {
  const first = await start(dataFolder());
  await expect(start(dataFolder(), { PORT: new URL(first.url).port })).rejects.toThrow(
    'set PORT to another one',
  );
});

it('a wrong variable ends it with its name and what is allowed', async () => {
  await expect(start(dataFolder(), { BROADSHEET_SAMPLES: 'no' })).rejects.toThrow(
    'BROADSHEET_SAMPLES is "no"; it must be "on" or "off"',
  );
});

it('the embedded DynamoDB found dead is started again, with what it stored', async () => {
  const folder = dataFolder();
  const running = await start(folder);
  await post(`${running.url}/api/articles`, story('before'));
  process.kill(Number(readFileSync(join(folder, 'broadsheet.db.pid'), 'utf8')), 'SIGKILL');
  expect((await post(`${running.url}/api/articles`, story('after'))).status).toBe(201);
  expect((await get(`${running.url}/api/articles/before`)).status).toBe(200);
  await expect.poll(running.output, { timeout: 10_000 }).toContain('it was started again');
});

it('npm start that is asked to end finishes what is in flight, and one that is killed takes the server with it', async () => {
  const folder = dataFolder();
  const asked = await start(folder, {}, { command: BY_NPM });
  asked.child.kill('SIGTERM');
  await asked.ended;
  expect(asked.output()).toMatch(/stopping: finishing the work that has begun\n(?:.*\n)*stopped\n/);
  const killed = await start(folder, {}, { command: BY_NPM });
  killed.child.kill('SIGKILL');
  // It closes when the server has let go of its output, which is npm's.
  await killed.ended;
  await expect(fetch(killed.url)).rejects.toThrow('fetch failed');
});

it('Ctrl-C that comes twice, from the terminal and from npm, ends it as cleanly', async () => {
  const running = await start(dataFolder());
  running.child.kill('SIGINT');
  await expect.poll(running.output, { timeout: 10_000 }).toContain('stopping');
  running.child.kill('SIGINT');
  expect(await running.ended).toEqual({ code: 0, signal: null });
});

it('nothing is left running after kill -9', async () => {
  const folder = dataFolder();
  const running = await start(folder);
  running.child.kill('SIGKILL');
  await running.ended;
  // The next start waits for the lock and ends what is left, so that its own database is the only one.
  await start(folder);
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /dynoxide --port/.test(line) && line.includes(folder) && !line.startsWith('/bin/sh'));
  expect(processes).toHaveLength(1);
});

it('the first run posts the samples and mails a digest through the real client, and the next start does not repeat it', async () => {
  const folder = dataFolder();
  const first = await start(folder, { BROADSHEET_SAMPLES: 'on' });
  const mails = async (url: string) =>
    (
      (await (await fetch(`${url}/mailbox/api/emails`)).json()) as {
        data: { to: string[]; headers: Record<string, string> }[];
      }
    ).data;
  const sent = await mails(first.url);
  expect(
    sent
      .filter(({ headers }) => headers['List-Unsubscribe'])
      .map(({ to }) => to)
      .toSorted(),
  ).toEqual([['reader-en@example.com'], ['reader-es@example.com']]);
  first.child.kill('SIGTERM');
  await first.ended;
  const second = await start(folder, { BROADSHEET_SAMPLES: 'on' });
  expect(await mails(second.url)).toHaveLength(sent.length);
});
