import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { linkIn } from '../support/newsroom.ts';
import { dataFolder, post, type Running, start, TOKEN, useClone } from '../support/process.ts';
import { story } from './killed.ts';

// The test starts a process, which takes long on a slow machine.
vi.setConfig({ testTimeout: 120_000 });
useClone();

const GONE = Array.from({ length: 20 }, (_, index) => `gone-${index}@reader.example`);
const STAYS = 'stays@reader.example';

async function importReaders({ url }: Running, addresses: string[]): Promise<void> {
  const answer = await fetch(`${url}/api/subscribers/import?editions=daily&consent=List+of+2019`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv' },
    body: `email\n${addresses.join('\n')}\n`,
  });
  expect(await answer.text()).toContain(`"added":${addresses.length}`);
}

async function mailsIn({ url }: Running): Promise<{ id: string; to: string[]; text: string }[]> {
  const answer = await fetch(`${url}/mailbox/api/emails?limit=1000`);
  return ((await answer.json()) as { data: { id: string; to: string[]; text: string }[] }).data;
}

it('readers who got an issue and erase everything are in no file after Ctrl-C, and their mails are gone at once', async () => {
  const folder = dataFolder();
  const running = await start(folder);
  await importReaders(running, [...GONE, STAYS]);
  expect((await post(`${running.url}/api/articles`, story('news'))).status).toBe(201);
  expect((await post(`${running.url}/api/editions/daily/issues`, { slot: 'first' })).status).toBe(202);
  await expect.poll(() => mailsIn(running), { timeout: 30_000 }).toHaveLength(GONE.length + 1);
  for (const { to, text } of await mailsIn(running)) {
    if (to[0] === STAYS) continue;
    const erase = linkIn(text, '/subscriptions/manage').replace('/manage', '/erase');
    expect((await fetch(running.url + erase, { method: 'POST' })).status).toBe(200);
  }
  expect((await mailsIn(running)).map(({ to }) => to[0])).toEqual([STAYS]);
  running.child.kill('SIGINT');
  expect(await running.ended).toEqual({ code: 0, signal: null });

  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  const found = (address: string) => files.some((bytes) => bytes.includes(address));
  expect(GONE.filter(found)).toEqual([]);
  expect(found(STAYS)).toBe(true);
});
