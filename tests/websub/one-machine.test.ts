import { expect, it } from 'vitest';
import { dataFolder, post, start, useClone } from '../support/process.ts';
import { receiver } from './receiver.ts';

useClone();

it('npm start delivers a story to a subscriber on this machine within seconds, if private callbacks are allowed', async () => {
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
