import { describe, expect, it } from 'vitest';
import { postStory } from '../support/newsroom.ts';
import { ALL, fieldsOf, hub, minutes, post, subscribe, tellSubscribers } from './hub.ts';
import { at, receiver } from './receiver.ts';

it('a subscription is verified at its callback, and the query string of the callback is kept', async () => {
  const world = await hub();
  const { url, requests } = await receiver();
  await subscribe(world, `${url}/cb?id=7&again=a%20b`, { 'hub.lease_seconds': '3600' });
  const [asked] = requests;
  expect(asked?.method).toBe('GET');
  expect(
    [...(asked?.query ?? [])].map(([name, value]) => (name === 'hub.challenge' ? [name] : [name, value])),
  ).toEqual([
    ['id', '7'],
    ['again', 'a b'],
    ['hub.mode', 'subscribe'],
    ['hub.topic', ALL],
    ['hub.challenge'],
    ['hub.lease_seconds', '3600'],
  ]);
  expect(asked?.query.get('hub.challenge')?.length).toBeGreaterThan(5);
});

it.each([
  [{}, 864_000],
  [{ 'hub.lease_seconds': '' }, 864_000],
  [{ 'hub.lease_seconds': '99999999999' }, 2_592_000],
  [{ 'hub.lease_seconds': '1' }, 1],
])('a request with %j gets a lease of %d seconds', async (fields, seconds) => {
  const world = await hub();
  const { url, requests } = await receiver();
  await subscribe(world, `${url}/cb`, fields);
  expect(requests[0]?.query.get('hub.lease_seconds')).toBe(String(seconds));
});

it('each verification has a challenge of its own', async () => {
  const world = await hub();
  const { url, requests } = await receiver();
  for (let i = 0; i < 3; i++) await subscribe(world, `${url}/cb`);
  expect(new Set(requests.map(({ query }) => query.get('hub.challenge'))).size).toBe(3);
});

describe('a callback that does not confirm is not subscribed', () => {
  it.each<[string, Parameters<typeof at>[1]]>([
    ['404', (_, response) => response.writeHead(404).end()],
    ['200 with another body', (_, response) => response.end('yes')],
    [
      '200 with more than the challenge',
      ({ query }, response) => response.end(`${query.get('hub.challenge')}!`),
    ],
    [
      '200 with an endless body',
      ({ query }, response) => response.end(`${query.get('hub.challenge')}`.padEnd(1e6)),
    ],
    [
      'the challenge with 403',
      ({ query }, response) => response.writeHead(403).end(query.get('hub.challenge')),
    ],
    ['a redirect', (_, response) => response.writeHead(302, { location: '/other' }).end()],
  ])('if it answers with %s', async (_, answer) => {
    const world = await hub();
    const { url, requests, delivered, asked } = await receiver(at('/cb', answer));
    await subscribe(world, `${url}/cb`);
    expect(requests).toHaveLength(1);
    await postStory(world);
    await tellSubscribers(world);
    await minutes(world, 3);
    expect(delivered('/cb')).toEqual([]);
    expect(asked('/other')).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});

it('a callback that refuses to renew or to unsubscribe stays subscribed, with the secret that it had', async () => {
  const world = await hub();
  let refuses = false;
  const { url, delivered } = await receiver((request, response) => {
    if (request.method === 'GET' && refuses) response.writeHead(404).end();
    return request.method === 'GET' && refuses;
  });
  await subscribe(world, `${url}/cb`, { 'hub.secret': 'first' });
  refuses = true;
  await subscribe(world, `${url}/cb`, { 'hub.secret': 'second' });
  await subscribe(world, `${url}/cb`, { 'hub.mode': 'unsubscribe' });
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(1);
  expect(delivered('/cb')[0]?.headers['x-hub-signature']).toMatch(/^sha256=/);
});

it('a request to unsubscribe is verified too, and then ends the deliveries', async () => {
  const world = await hub();
  const { url, asked, delivered } = await receiver();
  await subscribe(world, `${url}/cb`);
  await subscribe(world, `${url}/cb`, { 'hub.mode': 'unsubscribe' });
  expect(asked('/cb')[1]?.query.get('hub.mode')).toBe('unsubscribe');
  expect(asked('/cb')[1]?.query.get('hub.topic')).toBe(ALL);
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/cb')).toEqual([]);
});

it('a subscription to a feed that does not exist is denied, with the reason', async () => {
  const world = await hub();
  const { url, requests } = await receiver();
  const topic = 'https://paper.example/tags/nothing/rss.xml';
  await subscribe(world, `${url}/cb?id=7`, { 'hub.topic': topic });
  expect(requests.map(({ query }) => [...query])).toEqual([
    [
      ['id', '7'],
      ['hub.mode', 'denied'],
      ['hub.topic', topic],
      ['hub.reason', 'there is no such feed: no article has been in it'],
    ],
  ]);
  await postStory(world, { tags: ['Nothing'] });
  await tellSubscribers(world);
  expect(requests).toHaveLength(1);
  await subscribe(world, `${url}/cb`, { 'hub.topic': topic });
  expect(requests[1]?.query.get('hub.mode')).toBe('subscribe');
});

it('a callback that is down is asked again, four times in all, and then given up with a line in the log', async () => {
  const world = await hub();
  const { url, requests } = await receiver(at('/cb', (_, response) => response.writeHead(503).end()));
  await subscribe(world, `${url}/cb`);
  expect(requests).toHaveLength(1);
  await minutes(world, 1);
  expect(requests).toHaveLength(2);
  await minutes(world, 30);
  expect(requests).toHaveLength(4);
  expect(world.log.lines.at(-1)).toMatchObject({
    message: 'a WebSub request was not confirmed',
    fields: { attempts: 4, answer: 'it answered 503', topic: ALL },
  });
});

it('a callback that was down and answers a later attempt is subscribed', async () => {
  const world = await hub();
  let isDown = true;
  const { url, delivered } = await receiver((_, response) => {
    if (isDown) response.destroy();
    return isDown;
  });
  await subscribe(world, `${url}/cb`);
  isDown = false;
  await minutes(world, 1);
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(1);
});

it('a late verification of an earlier request does not undo a later request', async () => {
  const world = await hub();
  let isDown = true;
  const { url, delivered } = await receiver((request, response) => {
    const fails = isDown && request.method === 'GET';
    if (fails) response.writeHead(503).end();
    return fails;
  });
  await subscribe(world, `${url}/cb`, { 'hub.secret': 'first' });
  isDown = false;
  world.pass(1000);
  await subscribe(world, `${url}/cb`);
  await minutes(world, 2);
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/cb').map(({ headers }) => headers['x-hub-signature'])).toEqual([undefined]);
});

it('each pair of a callback and a topic is a subscription of its own', async () => {
  const world = await hub();
  await postStory(world, { language: 'es' });
  const { url, delivered } = await receiver();
  for (const path of ['/a', '/b']) await subscribe(world, `${url}${path}`);
  await subscribe(world, `${url}/a`, { 'hub.topic': 'https://paper.example/es/feed.json' });
  await subscribe(world, `${url}/b`, { 'hub.mode': 'unsubscribe' });
  await tellSubscribers(world);
  const before = delivered('/a').length;
  await postStory(world, { language: 'es' });
  await tellSubscribers(world);
  expect(delivered('/b')).toEqual([]);
  expect(
    delivered('/a')
      .slice(before)
      .map(({ headers }) => headers['content-type'])
      .toSorted(),
  ).toEqual(['application/atom+xml; charset=utf-8', 'application/feed+json; charset=utf-8']);
});

it('a request is stored when it is accepted, so the sweep finds it if its message is lost', async () => {
  const world = await hub({ faults: { lose: ({ kind }) => kind === 'verify' } });
  const { url, requests } = await receiver();
  expect((await post(world, fieldsOf(`${url}/cb`))).status).toBe(202);
  await world.queue.drain();
  expect(requests).toEqual([]);
  const other = await hub({ sharing: world });
  await minutes(other, 1);
  expect(requests).toHaveLength(1);
  await minutes(other, 3);
  expect(requests).toHaveLength(1);
});
