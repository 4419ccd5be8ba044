import { expect, it } from 'vitest';
import { dataFolder, post, start, useClone } from '../support/process.ts';
import { receiver } from './receiver.ts';

useClone();

it('npm start tells a subscriber on this machine of a story within seconds, where private callbacks are allowed', async () => {
  const { url, output } = await start(dataFolder(), { BROADSHEET_ALLOW_PRIVATE_CALLBACKS: 'on' });
  const { url: callback, asked, delivered } = await receiver();
  const topic = `${url}/atom.xml`;
  const fields = { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': `${callback}/cb` };
  const answer = await fetch(`${url}/websub`, { method: 'POST', body: new URLSearchParams(fields) });
  expect(answer.status, await answer.text()).toBe(202);
  await expect.poll(output, { timeout: 5_000 }).toContain('a WebSub request was confirmed');
  expect(asked('/cb')).toHaveLength(1);
  const story = {
    title: 'Ferry returns',
    content: { markdown: 'It sails.' },
    language: 'en',
    section: 'harbour',
  };
  expect((await post(`${url}/api/articles`, story)).status).toBe(201);
  await expect.poll(() => delivered('/cb').length, { timeout: 10_000, interval: 100 }).toBe(1);
  expect(delivered('/cb')[0]?.body.toString()).toBe(await (await fetch(topic)).text());
});

it('npm start takes no callback on this machine otherwise', async () => {
  const { url, output } = await start(dataFolder());
  const { url: callback, requests } = await receiver();
  for (const [at, status] of [
    [`${callback}/cb`, 400],
    [callback.replace('http:', 'https:'), 400],
    [callback.replace('http://127.0.0.1', 'https://localhost'), 202],
  ] as const) {
    const fields = { 'hub.mode': 'subscribe', 'hub.topic': `${url}/atom.xml`, 'hub.callback': at };
    const answer = await fetch(`${url}/websub`, { method: 'POST', body: new URLSearchParams(fields) });
    expect([at, answer.status]).toEqual([at, status]);
  }
  await expect.poll(output, { timeout: 5_000 }).toMatch(/it is at (127\.0\.0\.1|::1), where nothing is sent/);
  expect(requests).toEqual([]);
});
