import { expect, it } from 'vitest';
import { postStory } from '../support/newsroom.ts';
import { fieldsOf, hub, hubOfShortFeeds, minutes, post, subscribe, tellSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

const DAY = 24 * 3_600_000;

it.each(['subscribe', 'unsubscribe'])(
  'a request to %s that throws at every attempt is attempted four times, and then given up',
  async (mode) => {
    let asked = 0;
    const world = await hub({
      callbacks: {
        get: async () => {
          asked += 1;
          throw new Error('out of memory');
        },
        post: async () => ({ kind: 'silent', reason: 'it is not to be asked' }),
      },
    });
    await postStory(world);
    await subscribe(world, 'http://reader.example/cb', { 'hub.mode': mode });
    expect(asked).toBe(1);
    await minutes(world, 15);
    expect(asked).toBe(4);
    expect(world.log.lines.at(-1)).toMatchObject({
      level: 'warn',
      message:
        'a WebSub request was given up, because no attempt at it finished; the subscriber has to ask again',
      fields: { mode, host: 'reader.example' },
    });
    expect(await world.services.verifications.due(world.now() + DAY, 10, world.now())).toEqual([]);
  },
);

it('a request that was left for a day is dropped, and its callback is not asked any more', async () => {
  const world = await hub();
  const { url, requests } = await receiver();
  const lossy = await hub({ sharing: world, faults: { lose: () => true } });
  expect((await post(lossy, fieldsOf(`${url}/cb`))).status).toBe(202);
  const [id = ''] = await world.services.verifications.due(world.now() + 1000, 10, world.now());
  expect(id).not.toBe('');
  world.pass(DAY);
  await minutes(world, 2);
  await world.queue.send([{ kind: 'verify', id }]);
  await world.queue.drain();
  expect(requests).toEqual([]);
});

it('a new subscriber after the end of all leases gets a document that only earlier subscribers were sent', async () => {
  const world = await hubOfShortFeeds();
  const old = await postStory(world, { title: 'Of last year', publishedAt: '2025-11-22T12:00:00.000Z' });
  for (let i = 0; i < world.config.publication.feeds.entries; i++) await postStory(world);
  const { url, delivered } = await receiver();
  await subscribe(world, `${url}/before`, { 'hub.lease_seconds': '3600' });
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/before')).toHaveLength(1);
  world.pass(2 * 3_600_000);
  expect(await world.services.distributions.sent('*', world.now())).toEqual({});
  await subscribe(world, `${url}/after`);
  await world.edit('PATCH', `/api/articles/${old}`, { title: 'Corrected' });
  await tellSubscribers(world);
  expect(delivered('/after')).toHaveLength(1);
});

it('a feed with the longest possible name takes a subscription, delivers a change, and retries the delivery', async () => {
  const world = await hub();
  const section = '𐐀'.repeat(150);
  await postStory(world, { language: 'pt', section });
  let fails = true;
  const { url, delivered } = await receiver(({ method }, response) => {
    const failing = fails && method === 'POST';
    if (failing) response.writeHead(503).end();
    return failing;
  });
  const topic = `https://paper.example/pt/sections/${encodeURIComponent(section.toLowerCase())}/atom.xml`;
  expect((await world.request(new URL(topic).pathname)).status).toBe(200);
  await subscribe(world, `${url}/cb`, { 'hub.topic': topic });
  await postStory(world, { language: 'pt', section });
  await tellSubscribers(world);
  fails = false;
  await minutes(world, 1);
  expect(delivered('/cb')).toHaveLength(2);
});
