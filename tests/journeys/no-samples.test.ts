import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import project from '../../package.json' with { type: 'json' };
import samples from '../../samples/stories.json' with { type: 'json' };
import { changeSettings } from '../support/clone.ts';
import {
  afterLastTest,
  cleanEnvironment,
  cloneFolder,
  dataFolder,
  get,
  ITSELF,
  type Running,
  start,
  TOKEN,
  useClone,
} from '../support/process.ts';
import { startProvider } from '../support/provider.ts';

// The tests start processes one after the other, which takes long on a slow machine.
vi.setConfig({ testTimeout: 180_000 });
useClone();

/** The tests run in the order in which things happen. Each test needs the tests before it. */
describe('in a folder with samples', () => {
  const atEnd = afterLastTest();
  const folder = dataFolder(atEnd);
  let running: Running;
  const stop = async () => {
    running.child.kill('SIGTERM');
    await running.ended;
  };
  const stories = async () => {
    const { items } = (await (await fetch(`${running.url}/feed.json`)).json()) as { items: { id: string }[] };
    return items.map(({ id }) => id.slice(id.lastIndexOf('/') + 1));
  };
  const readers = async () =>
    (await (await get(`${running.url}/api/subscribers`)).text()).trim().split('\r\n');

  it('a start with RESEND_API_KEY retracts them, keeps the one that was edited, and says so', async () => {
    running = await start(folder, { BROADSHEET_SAMPLES: 'on' }, { atEnd });
    expect(await stories()).toHaveLength(samples.length);
    expect(await readers()).toHaveLength(1 + 2);
    await fetch(`${running.url}/api/articles/night-ferry-returns`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: '{"title": "Our own night ferry"}',
    });
    await stop();

    const provider = await startProvider();
    const account = provider.account(Date.now);
    atEnd(() => provider.stop());
    const env = { RESEND_API_KEY: account.newApiKey(), RESEND_BASE_URL: provider.url };
    running = await start(folder, { ...env, BROADSHEET_SAMPLES: 'on' }, { atEnd });
    expect(running.output()).toContain(
      `retracted ${samples.length - 1} sample stories and erased 2 sample readers, because RESEND_API_KEY is set\n`,
    );
    expect(running.output()).toContain('real readers see them: night-ferry-returns;');
    expect(await stories()).toEqual(['night-ferry-returns']);
    expect(await readers()).toHaveLength(1);
    await stop();
    expect(account.requests).toEqual([]);
  });

  it('a later start without the key posts none, even if the key is only forgotten once', async () => {
    running = await start(folder, { BROADSHEET_SAMPLES: 'on' }, { atEnd });
    expect(await stories()).toEqual(['night-ferry-returns']);
  });
});

it('a first start with RESEND_API_KEY posts no samples', async () => {
  const env = { RESEND_API_KEY: 're_1', RESEND_BASE_URL: 'http://127.0.0.1:9', BROADSHEET_SAMPLES: 'on' };
  const running = await start(dataFolder(), env);
  expect(running.output()).not.toContain('sample');
  const feed = (await (await fetch(`${running.url}/feed.json`)).json()) as { items: object[] };
  expect(feed.items).toEqual([]);
});

/** Runs something while a setting of the clone is one of the sample. */
function withSampleName<Result>(run: () => Result): Result {
  changeSettings(cloneFolder(), "{ name: { en: 'The Harbour Post', es: 'El Heraldo' } }");
  try {
    return run();
  } finally {
    changeSettings(cloneFolder(), '{}');
  }
}

const runIn = (args: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, args, {
    cwd: cloneFolder(),
    env: { ...cleanEnvironment(), ...env },
    encoding: 'utf8',
    timeout: 20_000,
  });
const NAMED = 'name.en: is "The Harbour Post", as in the sample; put the name of your publication here';

it.each([
  [{ RESEND_API_KEY: 're_1' }, 'RESEND_API_KEY is set, so mails go to real readers'],
  [{ BROADSHEET_URL: 'https://paper.example' }, 'BROADSHEET_URL is "https://paper.example"'],
])('a start with %j and a name of the sample ends before anything is made', (env, why) => {
  const folder = join(dataFolder(), 'new');
  const { status, stdout } = withSampleName(() =>
    runIn(ITSELF.slice(1), { ...env, BROADSHEET_DATA: folder } as Record<string, string>),
  );
  expect([status, existsSync(folder)]).toEqual([1, false]);
  expect(stdout).toContain(why);
  expect(stdout).toContain(NAMED);
});

it('npm run deploy refuses a name of the sample, and npm run synth warns of it', () => {
  const checkOf = (script: 'deploy' | 'synth') =>
    (project.scripts[script].split(' && ')[0] ?? '').split(' ').slice(1);
  const [deploy, synth] = withSampleName(() => [runIn(checkOf('deploy')), runIn(checkOf('synth'))]);
  expect([deploy?.status, deploy?.stderr]).toEqual([1, expect.stringContaining(`\n  ${NAMED}\n`)]);
  expect([synth?.status, synth?.stderr]).toEqual([0, `warning: ${NAMED}\n`]);
  expect(runIn(checkOf('deploy')).status).toBe(0);
});
