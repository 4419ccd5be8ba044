import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openTable } from '../../functions/adapters/dynamo/dynamo-client.ts';
import { dynamoSchedules } from '../../functions/adapters/dynamo/dynamo-schedules.ts';
import { startDynoxide } from '../../functions/adapters/one-machine/dynoxide.ts';
import { testConfig } from '../support/config.ts';
import {
  afterLastTest,
  COMPILED,
  cloneFolder,
  dataFolder,
  get,
  ITSELF,
  post,
  type Running,
  start,
  TOKEN,
  useClone,
} from '../support/process.ts';
import { receiver } from '../websub/receiver.ts';
import { story } from './killed.ts';

// The tests start processes one after the other, which takes long on a slow machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
useClone();

/** One process serves all tests up to the first Ctrl-C. */
const atEnd = afterLastTest();
let folder: string;
let running: Running;
let startedAt: number;
beforeAll(async () => {
  folder = dataFolder(atEnd);
  startedAt = Date.now();
  running = await start(folder, {}, { atEnd });
});

describe('while a process runs', () => {
  it('a second process on the same folder is refused, and is told which process uses the folder', async () => {
    await expect(start(folder)).rejects.toThrow(
      `is in use by process ${running.child.pid}, which serves ${running.url}; stop it, or set BROADSHEET_DATA`,
    );
    const health = await fetch(`${running.url}/healthz`);
    expect([health.status, health.headers.get('content-type')]).toEqual([200, 'text/plain; charset=UTF-8']);
  });

  /**
   * These options give a process a network of its own, as in a container. Some machines do not let their users make
   * one.
   */
  const APART = ['-rn'];
  const canBeApart = spawnSync('unshare', [...APART, 'true']).status === 0;

  it.skipIf(!canBeApart)('a process in another container on the same volume is refused too', () => {
    const { status, stdout } = spawnSync('unshare', [...APART, ...ITSELF], {
      cwd: cloneFolder(),
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: COMPILED,
        PORT: new URL(running.url).port,
        BROADSHEET_DATA: folder,
        BROADSHEET_SAMPLES: 'off',
      },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(stdout).toContain(`is in use by process ${running.child.pid}, which serves ${running.url}`);
    expect(status).toBe(1);
  });

  it('a process that finds its port taken asks for another port', async () => {
    await expect(start(dataFolder(), { PORT: new URL(running.url).port })).rejects.toThrow(
      'set PORT to another one',
    );
  });

  it('the process accepts no WebSub callback on its own machine, unless private callbacks are allowed', async () => {
    const { url: callback, requests } = await receiver();
    for (const [at, status] of [
      [`${callback}/cb`, 400],
      [callback.replace('http:', 'https:'), 400],
      [callback.replace('http://127.0.0.1', 'https://localhost'), 202],
    ] as const) {
      const fields = {
        'hub.mode': 'subscribe',
        'hub.topic': `${running.url}/atom.xml`,
        'hub.callback': at,
      };
      const answer = await fetch(`${running.url}/websub`, {
        method: 'POST',
        body: new URLSearchParams(fields),
      });
      expect([at, answer.status]).toEqual([at, status]);
    }
    await expect
      .poll(running.output, { timeout: 5_000 })
      .toMatch(/it is at (127\.0\.0\.1|::1), where nothing is sent/);
    expect(requests).toEqual([]);
  });

  it('the process starts an embedded DynamoDB again that has died, and its data are still there', async () => {
    await post(`${running.url}/api/articles`, story('before'));
    process.kill(Number(readFileSync(join(folder, 'broadsheet.db.pid'), 'utf8')), 'SIGKILL');
    // The database may have taken the write and died before it answered. The key makes the repeated write no conflict.
    const key = { 'idempotency-key': 'after' };
    expect((await post(`${running.url}/api/articles`, story('after'), key)).status).toBe(201);
    expect((await get(`${running.url}/api/articles/before`)).status).toBe(200);
    await expect.poll(running.output, { timeout: 10_000 }).toContain('it was started again');
  });
});

it('a variable with a wrong value ends the start, and the message says its name and what is allowed', async () => {
  await expect(start(dataFolder(), { BROADSHEET_SAMPLES: 'no' })).rejects.toThrow(
    'BROADSHEET_SAMPLES is "no"; it must be "on" or "off"',
  );
});

it('a database that does not answer ends the start, and the message says where it should be', async () => {
  const env = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
  await expect(start(dataFolder(), env)).rejects.toThrow(
    /the database at http:\/\/127\.0\.0\.1:1 does not answer \(.+\)\. AWS_ENDPOINT_URL_DYNAMODB says where it is\./,
  );
});

describe('a secret that can be guessed ends the start', () => {
  it.each(['link-secret', 'editor-token'])('if it is in a half-written file %s', async (name) => {
    const own = dataFolder();
    writeFileSync(join(own, name), 'bs_0123456789');
    await expect(start(own, { BROADSHEET_EDITOR_TOKEN: '' })).rejects.toThrow(
      `${join(own, name)} has 13 characters, and must have at least 32`,
    );
  });

  it('if it is a token of the environment and real readers can be reached, and is warned of otherwise', async () => {
    const env = { BROADSHEET_EDITOR_TOKEN: 'letmein' };
    const short = 'BROADSHEET_EDITOR_TOKEN has 7 characters; it must have 16 to 256';
    await expect(start(dataFolder(), { ...env, RESEND_API_KEY: 're_1' })).rejects.toThrow(`ERROR: ${short}`);
    const trial = await start(dataFolder(), env);
    expect(trial.output()).toContain(`warning: ${short}`);
  });
});

/** The tests run in the order in which things happen. Each test needs the tests before it. */
describe('Ctrl-C', () => {
  let feed: string;

  it('ends a process cleanly', async () => {
    expect((await post(`${running.url}/api/articles`, story('kept'))).status).toBe(201);
    feed = await (await fetch(`${running.url}/rss.xml`)).text();
    running.child.kill('SIGINT');
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(running.output()).toContain('stopped');
  });

  it('leaves schedules that have been followed since the start, because a process ticks as it starts', async () => {
    const database = await startDynoxide({ reachableBy: 'everybody', file: join(folder, 'broadsheet.db') });
    onTestFinished(() => database.stop());
    const schedules = dynamoSchedules(openTable('broadsheet', database.endpoint));
    for (const { id } of testConfig().publication.editions)
      expect((await schedules.followed(id))?.through).toBeGreaterThanOrEqual(startedAt);
  });

  it('lets an import end, though a terminal sends it to all processes', async () => {
    const command: [string, ...string[]] = ['setsid', ...ITSELF];
    const { url, child, output, ended } = await start(folder, {}, { command });
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv', expect: '100-continue' };
    const path = '/api/subscribers/import?editions=daily&consent=List+of+2019';
    const imported = request(`${url}${path}`, { method: 'POST', headers });
    const report = once(imported, 'response').then(([answer]) => text(answer));
    // Only the server says this, so it has begun with the request.
    imported.flushHeaders();
    await once(imported, 'continue');
    imported.write('email\none@reader.example\n');
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await expect.poll(output, { timeout: 10_000 }).toContain('stopping');
    imported.end('two@reader.example\n');
    expect(await report).toContain('"complete":true,"lines":2,"added":2');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(output()).not.toContain('ended unexpectedly');
  });

  it('lets the next start find everything, and may come twice, from the terminal and from npm', async () => {
    const { url } = running;
    const next = await start(folder, { PORT: new URL(url).port });
    expect(await (await fetch(`${url}/rss.xml`)).text()).toBe(feed);
    expect(next.output()).not.toContain('link-secret');
    next.child.kill('SIGINT');
    await expect.poll(next.output, { timeout: 10_000 }).toContain('stopping');
    next.child.kill('SIGINT');
    expect(await next.ended).toEqual({ code: 0, signal: null });
  });
  it('lets a start without the file link-secret say that links in old mails do not work any more', async () => {
    rmSync(join(folder, 'link-secret'));
    const next = await start(folder);
    expect(next.output()).toContain('warning: the file link-secret is missing, so a new one is made');
  });
});
