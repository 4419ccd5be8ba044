import { spawnSync } from 'node:child_process';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureTable, openTable } from '../../functions/adapters/dynamo/dynamo-client.ts';
import { startDynoxide } from '../../functions/adapters/one-machine/dynoxide.ts';
import { networkRefusal } from '../../functions/adapters/one-machine/own-network.ts';
import { usePage } from '../browser/chromium.ts';
import {
  afterLastTest,
  dataFolder,
  get,
  ITSELF,
  post,
  processesUnder,
  type Running,
  start,
  useClone,
} from '../support/process.ts';
import { story } from './killed.ts';
import { portsUnderThisProcess } from './listening-ports.ts';
import type { Reached } from './other-user.ts';

/** Who reaches the embedded database. Two databases that are open on purpose show that the attacks work. */

// The tests start processes one after the other, which takes long on a slow machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
useClone();
const page = usePage();
const atEnd = afterLastTest();

const OF_NPM_START = `of-npm-start-${process.pid}`;
const OPEN_TO_USERS = `open-to-users-${process.pid}`;
const OPEN_TO_EVERYBODY = `open-to-everybody-${process.pid}`;
const TABLES = [OF_NPM_START, OPEN_TO_USERS, OPEN_TO_EVERYBODY];
const ours = (names: string[]) => TABLES.filter((name) => names.includes(name));

beforeAll(async () => {
  for (const [name, reachableBy] of [
    [OPEN_TO_USERS, 'users'],
    [OPEN_TO_EVERYBODY, 'everybody'],
  ] as const) {
    const database = await startDynoxide({ reachableBy });
    atEnd(database.stop);
    await ensureTable(openTable(name, database.endpoint));
  }
});

/** Opens a page of another origin in the browser, which asks every port of these processes for its tables. */
async function tablesThatAPageReaches(): Promise<string[]> {
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<title>Another site</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  try {
    await page().goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    return await page().evaluate(async (ports) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.ListTables',
        authorization:
          'AWS4-HMAC-SHA256 Credential=any/20260101/any/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
        'x-amz-date': '20260101T000000Z',
      };
      const init = { method: 'POST', headers, body: '{}' };
      const tablesAt = async (port: number): Promise<string[]> => {
        try {
          const signal = AbortSignal.timeout(3_000);
          const answer = await fetch(`http://127.0.0.1:${port}/`, { ...init, signal });
          return (await answer.json()).TableNames ?? [];
        } catch {
          return [];
        }
      };
      return (await Promise.all(ports.map(tablesAt))).flat();
    }, portsUnderThisProcess());
  } finally {
    site.closeAllConnections();
    site.close();
  }
}

function whatAnotherUserReaches(folder: string, running: Running): Reached {
  const pids = [...processesUnder(running).keys()].map(String);
  const script = join(import.meta.dirname, 'other-user.ts');
  const ports = portsUnderThisProcess().join(',');
  const { stdout, stderr } = spawnSync(process.execPath, [script, folder, ports, ...pids], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Reached;
}

const refusal = await networkRefusal();
const isRoot = process.getuid?.() === 0;

describe.skipIf(refusal)(
  `the database of npm start${refusal ? `, which is refused here: ${refusal}` : ''}`,
  () => {
    let folder: string;
    let running: Running;
    beforeAll(async () => {
      folder = dataFolder(atEnd);
      running = await start(
        folder,
        { TABLE_NAME: OF_NPM_START, BROADSHEET_ALLOW_LOCAL_USERS: '' },
        { atEnd },
      );
    });

    it.skipIf(!isRoot)(
      `is out of reach of another user of the machine${isRoot ? '' : ', which only root can try'}`,
      () => {
        const { tables, ...rest } = whatAnotherUserReaches(folder, running);
        expect(ours(tables)).toEqual([OPEN_TO_USERS, OPEN_TO_EVERYBODY]);
        expect(rest).toMatchObject({ folder: 'EACCES', file: 'EACCES' });
        expect(rest.networks.length).toBeGreaterThanOrEqual(3);
        expect(new Set(rest.networks)).toEqual(new Set(['EACCES']));
      },
    );

    it('is out of reach of a page in a browser', async () => {
      expect(ours(await tablesThatAPageReaches())).toEqual([OPEN_TO_EVERYBODY]);
    });

    it('is started again, and loses nothing, if the process that connects to it is killed', async () => {
      await post(`${running.url}/api/articles`, story('before'));
      const connectors = [...processesUnder(running)].filter(
        ([, command]) => /connector\.ts/.test(command) && !/^\/bin\/sh/.test(command),
      );
      expect(connectors).toHaveLength(1);
      process.kill(connectors[0]?.[0] ?? 0, 'SIGKILL');
      // The write may have reached the database before its answer was lost. The repeated write then finds the story, and
      // without a key the answer would be 409.
      const key = { 'idempotency-key': 'after' };
      expect((await post(`${running.url}/api/articles`, story('after'), key)).status).toBe(201);
      expect((await get(`${running.url}/api/articles/before`)).status).toBe(200);
      await expect.poll(running.output, { timeout: 10_000 }).toContain('it was started again');
    });
  },
);

describe('where the system refuses the network', () => {
  /** A user namespace in which no other can be made. */
  const NO_MORE = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
  const command: [string, ...string[]] = refusal
    ? ITSELF
    : ['unshare', '--user', '--map-root-user', '/bin/sh', '-c', NO_MORE, 'sh', ...ITSELF];

  it('npm start is refused, and the error says why and names the ways out', async () => {
    const starting = start(dataFolder(), { BROADSHEET_ALLOW_LOCAL_USERS: '' }, { command });
    await expect(starting).rejects.toThrow(
      /does not let Broadsheet close it to the other users of the machine \(unshare: .+\)/,
    );
    await expect(starting).rejects.toThrow(
      /user namespaces.*AWS_ENDPOINT_URL_DYNAMODB.*BROADSHEET_ALLOW_LOCAL_USERS=on/,
    );
  });

  it('npm start warns of other users if they are allowed, and keeps pages out', async () => {
    const folder = dataFolder();
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'samples-posted'), '', { mode: 0o644 });
    const { url, output } = await start(folder, { TABLE_NAME: OF_NPM_START }, { command });
    expect(output()).toContain(
      'every user of this machine can read and write the database at http://127.0.0.1:',
    );
    expect(output()).toContain(`other users of this machine could open the data folder ${folder}`);
    for (const name of ['.', 'samples-posted', 'lock', 'broadsheet.db', 'broadsheet.db-wal', 'link-secret'])
      expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
    expect((await post(`${url}/api/articles`, story('open'))).status).toBe(201);
    expect(ours(await tablesThatAPageReaches())).toEqual([OPEN_TO_EVERYBODY]);
  });
});
