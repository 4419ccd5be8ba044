import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { postStory } from '../support/newsroom.ts';
import { hub, hubOfShortFeeds, minutes, subscribe, tellSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

const TOPICS = [
  '/atom.xml',
  '/rss.xml',
  '/feed.json',
  '/en/rss.xml',
  '/sections/harbour/atom.xml',
  '/authors/ana-ruiz/feed.json',
];

it.each(TOPICS)(
  'a story is delivered to the subscribers of %s as the whole document, with its type and links',
  async (path) => {
    const world = await hub();
    await postStory(world, { title: 'The first' });
    await tellSubscribers(world);
    const { url, delivered } = await receiver();
    await subscribe(world, `${url}/cb?id=7`, { 'hub.topic': `https://paper.example${path}` });
    await postStory(world, { title: 'Señor & "Señora"' });
    await tellSubscribers(world);
    const [delivery, ...others] = delivered('/cb');
    expect(others).toEqual([]);
    const feed = await world.request(path);
    expect(delivery?.body.toString()).toBe(await feed.text());
    expect(delivery?.body.toString()).toContain('The first');
    expect(delivery?.query.toString()).toBe('id=7');
    expect(delivery?.headers).toMatchObject({
      'content-type': feed.headers.get('content-type'),
      'content-length': String(delivery?.body.byteLength),
      link: `<https://paper.example${path}>; rel="self", <https://paper.example/websub>; rel="hub"`,
    });
    expect(delivery?.headers['content-encoding']).toBeUndefined();
  },
);

it('a delivery is signed with the secret of its subscription, and not signed without a secret', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await subscribe(world, `${url}/with`, { 'hub.secret': 'sésame' });
  await subscribe(world, `${url}/without`);
  await postStory(world);
  await tellSubscribers(world);
  const [signed] = delivered('/with');
  expect(signed?.headers['x-hub-signature']).toBe(
    `sha256=${createHmac('sha256', 'sésame')
      .update(signed?.body ?? '')
      .digest('hex')}`,
  );
  expect(Object.keys(delivered('/without')[0]?.headers ?? {})).not.toContain('x-hub-signature');
});

it('a new request of a subscriber replaces the secret, and removes it if the request has none', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  for (const secret of [{ 'hub.secret': 'old' }, { 'hub.secret': 'new' }, {}]) {
    await subscribe(world, `${url}/cb`, secret as Record<string, string>);
    await postStory(world);
    await tellSubscribers(world);
  }
  const sign = (key: string, index: number) =>
    `sha256=${createHmac('sha256', key)
      .update(delivered('/cb')[index]?.body ?? '')
      .digest('hex')}`;
  expect(delivered('/cb').map(({ headers }) => headers['x-hub-signature'])).toEqual([
    sign('old', 0),
    sign('new', 1),
    undefined,
  ]);
});

it('edits within some seconds cause one delivery of the last state, and later edits cause another', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await subscribe(world, `${url}/cb`);
  for (let i = 0; i < 5; i++) {
    await postStory(world, { title: `Burst ${i}` });
    world.pass(900);
    await world.queue.drain();
  }
  expect(delivered('/cb')).toEqual([]);
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(1);
  expect(delivered('/cb')[0]?.body.toString()).toContain('Burst 4');
  await postStory(world, { title: 'Later' });
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(2);
  expect(delivered('/cb')[1]?.body.toString()).toContain('Later');
  await minutes(world, 5);
  expect(delivered('/cb')).toHaveLength(2);
});

it('an edit while a feed is distributed is delivered too', async () => {
  let edit: (() => Promise<unknown>) | undefined;
  const world = await hub();
  const { url, delivered } = await receiver((request, response) => {
    const now = edit;
    edit = undefined;
    if (request.method !== 'POST' || !now) return false;
    now().then(() => response.end());
    return true;
  });
  await subscribe(world, `${url}/cb`);
  edit = () => postStory(world, { title: 'Meanwhile' });
  await postStory(world, { title: 'At first' });
  await tellSubscribers(world);
  expect(delivered('/cb')[0]?.body.toString()).not.toContain('Meanwhile');
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(2);
  expect(delivered('/cb')[1]?.body.toString()).toContain('Meanwhile');
});

it('subscribers get an edit, a retraction, and the document of a feed that a story left', async () => {
  const world = await hub();
  const id = await postStory(world, { section: 'harbour' });
  const { url, delivered } = await receiver();
  const topic = 'https://paper.example/sections/harbour/rss.xml';
  await subscribe(world, `${url}/cb`, { 'hub.topic': topic });
  await subscribe(world, `${url}/other`, { 'hub.topic': 'https://paper.example/es/rss.xml' });
  await tellSubscribers(world);
  const before = delivered('/cb').length;
  const bodies = () =>
    delivered('/cb')
      .slice(before)
      .map(({ body }) => body.toString());
  await world.edit('PATCH', `/api/articles/${id}`, { title: 'Edited' });
  await tellSubscribers(world);
  expect(bodies().at(-1)).toContain('Edited');
  await world.edit('PATCH', `/api/articles/${id}`, { section: 'culture' });
  await tellSubscribers(world);
  expect(bodies().at(-1)).not.toContain('Edited');
  await world.edit('PATCH', `/api/articles/${id}`, { section: 'harbour' });
  await tellSubscribers(world);
  await world.edit('DELETE', `/api/articles/${id}`);
  await tellSubscribers(world);
  expect(bodies()).toHaveLength(4);
  expect(bodies().at(-1)).not.toContain('<item>');
  expect(delivered('/other')).toEqual([]);
});

it('an embargoed story is delivered when its time has come, and not before', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await subscribe(world, `${url}/cb`);
  const publishedAt = new Date(world.now() + 180_000).toISOString();
  const id = await postStory(world, { title: 'The budget', publishedAt });
  await world.edit('PATCH', `/api/articles/${id}`, { summary: 'Still secret.' });
  await tellSubscribers(world);
  await minutes(world, 1);
  expect(delivered('/cb')).toEqual([]);
  await minutes(world, 2);
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(1);
  expect(delivered('/cb')[0]?.body.toString()).toContain('The budget');
});

it('a subscription gets nothing after its lease, and goes on if it is renewed in time', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  for (const path of ['/ends', '/renewed'])
    await subscribe(world, `${url}${path}`, { 'hub.lease_seconds': '3600' });
  world.pass(3_000_000);
  await subscribe(world, `${url}/renewed`, { 'hub.lease_seconds': '3600' });
  world.pass(599_000);
  await postStory(world);
  world.pass(500);
  await world.queue.drain();
  world.pass(5_500);
  await world.queue.drain();
  expect([delivered('/ends').length, delivered('/renewed').length]).toEqual([0, 1]);
  await postStory(world);
  await tellSubscribers(world);
  expect([delivered('/ends').length, delivered('/renewed').length]).toEqual([0, 2]);
  world.pass(3_600_000);
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/renewed')).toHaveLength(2);
});

it('an article whose feeds have no subscribers causes no message', async () => {
  const world = await hub();
  const { url } = await receiver();
  await subscribe(world, `${url}/cb`, { 'hub.topic': 'https://paper.example/es/rss.xml' });
  await postStory(world, { language: 'en' });
  await world.queue.drain();
  expect(world.queue.waiting()).toBe(0);
});

it('a change that a document does not show is not delivered', async () => {
  const world = await hubOfShortFeeds();
  const oldest = await postStory(world, { title: 'Of last year', publishedAt: '2025-11-22T12:00:00.000Z' });
  for (let i = 0; i < world.config.publication.feeds.entries; i++) await postStory(world);
  const { url, delivered } = await receiver();
  await subscribe(world, `${url}/cb`);
  await tellSubscribers(world);
  const before = delivered('/cb').length;
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(before + 1);
  await world.edit('PATCH', `/api/articles/${oldest}`, { title: 'Corrected' });
  await tellSubscribers(world);
  await minutes(world, 2);
  expect(delivered('/cb')).toHaveLength(before + 1);
  await postStory(world, { title: 'And then' });
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(before + 2);
});
