import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { throttleKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import { strangersKey } from '../../functions/shared/throttle.ts';
import { allItems } from '../support/database.ts';
import { setUp, type World } from '../support/installation.ts';
import { ALL, fieldsOf, HUB, hub, post } from './hub.ts';
import { receiver } from './receiver.ts';

const CALLBACK = 'https://reader.example/hook?id=1';

it('POST /websub is answered 202 before the callback is asked anything', async () => {
  const world = await hub();
  const { url, requests } = await receiver();
  const answer = await post(world, fieldsOf(`${url}/cb`));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([202, 'text/plain; charset=utf-8']);
  expect(requests).toEqual([]);
  await world.queue.drain();
  expect(requests).toHaveLength(1);
});

it('POST /websub ignores parameters that it does not know', async () => {
  const world = await setUp();
  const answer = await post(world, { ...fieldsOf(CALLBACK), 'hub.verify': 'async', foo: 'bar' });
  expect(answer.status).toBe(202);
});

const REFUSED: [string, Record<string, string>, string][] = [
  ['no mode', { 'hub.mode': '' }, 'hub.mode is missing'],
  [
    'another mode',
    { 'hub.mode': 'publish' },
    'hub.mode is "publish": it must be "subscribe" or "unsubscribe"',
  ],
  ['no topic', { 'hub.topic': '' }, 'hub.topic is missing'],
  [
    'a topic on another site',
    { 'hub.topic': 'https://other.example/atom.xml' },
    'hub.topic is "https://other.example/',
  ],
  ['a page as a topic', { 'hub.topic': 'https://paper.example/feeds' }, 'it must be the self link of a feed'],
  [
    'an archive as a topic',
    { 'hub.topic': 'https://paper.example/archive/2026-11/atom.xml' },
    'it must be the self link of a feed of this site',
  ],
  ['a topic with a query', { 'hub.topic': `${ALL}?utm_source=x` }, 'hub.topic is'],
  ['a tag feed in one language', { 'hub.topic': 'https://paper.example/en/tags/x/rss.xml' }, 'hub.topic is'],
  [
    'a language of 2,300 letters',
    { 'hub.topic': `https://paper.example/en${'-aaaaaaaa'.repeat(260)}/atom.xml` },
    'it must be the self link of a feed of this site',
  ],
  [
    'a language of 38 letters',
    { 'hub.topic': `https://paper.example/en-bbbbbbbb-cccccccc-dddddddd-eeeeeeee/atom.xml` },
    'it must be the self link of a feed of this site',
  ],
  [
    'a language that is not in its usual form',
    { 'hub.topic': 'https://paper.example/eng/atom.xml' },
    'hub.topic is',
  ],
  ['a tag that is not a slug', { 'hub.topic': 'https://paper.example/tags/X%20y/rss.xml' }, 'hub.topic is'],
  [
    'a topic that cannot be decoded',
    { 'hub.topic': 'https://paper.example/tags/%ff/rss.xml' },
    'hub.topic is',
  ],
  [
    'the podcast of a section',
    { 'hub.topic': 'https://paper.example/sections/x/podcast.xml' },
    'hub.topic is',
  ],
  ['no callback', { 'hub.callback': '' }, 'hub.callback is missing: it must be an absolute https URL'],
  ['a callback that is not a URL', { 'hub.callback': 'nowhere' }, 'hub.callback is "nowhere"'],
  ['a callback over http', { 'hub.callback': 'http://reader.example/' }, 'it must be an absolute https URL'],
  ['a callback over ftp', { 'hub.callback': 'ftp://reader.example/' }, 'it must be an absolute https URL'],
  [
    'a callback with a password',
    { 'hub.callback': 'https://a:b@reader.example/' },
    'no user name and no password',
  ],
  [
    'a callback of more than 2048 bytes',
    { 'hub.callback': `https://reader.example/${'x'.repeat(2048)}` },
    'at most 2048 bytes',
  ],
  ['a lease that is not a number', { 'hub.lease_seconds': 'forever' }, 'hub.lease_seconds is "forever"'],
  ['a lease of 0 seconds', { 'hub.lease_seconds': '0' }, 'a whole number of seconds, 1 or more'],
  [
    'a secret of 200 bytes',
    { 'hub.secret': 'é'.repeat(100) },
    'hub.secret has 200 bytes: it must have fewer than 200',
  ],
];

describe('POST /websub is answered 400 with the reason', () => {
  let world: World;
  beforeAll(async () => {
    world = await setUp();
  });

  it.each(REFUSED)('if the request has %s', async (_, changes, reason) => {
    const answer = await post(world, { ...fieldsOf(CALLBACK), ...changes });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'text/plain; charset=utf-8']);
    expect(await answer.text()).toContain(reason);
    expect(world.queue.waiting()).toBe(0);
  });

  it('for every fault of a request at once', async () => {
    const answer = await post(world, [
      ['hub.mode', 'subscribe'],
      ['hub.mode', 'subscribe'],
      ['hub.lease_seconds', '-1'],
      ['hub.secret', 'x'.repeat(300)],
    ]);
    expect((await answer.text()).split('\n').map((line) => line.split(/[ :]/)[0])).toEqual([
      'The',
      'hub.mode',
      'hub.topic',
      'hub.callback',
      'hub.lease_seconds',
      'hub.secret',
      '',
    ]);
  });
});

const TOPICS = [
  '/atom.xml',
  '/es/rss.xml',
  '/sections/harbour/feed.json',
  '/en/sections/harbour/rss.xml',
  '/tags/lopez-obrador/atom.xml',
  '/tags/%E6%94%BF%E6%B2%BB/rss.xml',
  '/authors/ana-ruiz/rss.xml',
  '/podcast.xml',
  '/en/podcast.xml',
];

it('every feed is a topic, and a secret of 199 bytes is accepted', async () => {
  const world = await setUp();
  for (const path of TOPICS) {
    const answer = await post(world, {
      ...fieldsOf(CALLBACK),
      'hub.topic': `https://paper.example${path}`,
      'hub.secret': 'x'.repeat(199),
    });
    expect([path, answer.status, await answer.text()]).toEqual([path, 202, expect.anything()]);
  }
});

it('a podcast that the settings do not have is not a topic', async () => {
  const { podcast, ...publication } = (await setUp()).config.publication;
  expect(podcast).toBeDefined();
  const world = await setUp({ config: { publication } });
  const fields = { ...fieldsOf(CALLBACK), 'hub.topic': 'https://paper.example/podcast.xml' };
  expect((await post(world, fields)).status).toBe(400);
});

it('POST /websub is answered 413 if its body exceeds the limit, and 415 if its body is not a form', async () => {
  const world = await setUp();
  const large = await post(world, { ...fieldsOf(CALLBACK), foo: 'x'.repeat(40_000) });
  expect([large.status, large.headers.get('content-type')]).toEqual([413, 'text/plain; charset=utf-8']);
  expect(await large.text()).toContain('32768 bytes');
  const json = await world.request(HUB, { method: 'POST', body: fieldsOf(CALLBACK) });
  expect(json.status).toBe(415);
  expect(await json.text()).toContain('application/x-www-form-urlencoded');
});

it('every method of /websub except POST is answered 405', async () => {
  const world = await setUp();
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await world.request(HUB, { method });
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST']);
  }
});

/** Adds `more` requests to a counter that has counted one. */
function countMore(world: World, what: string, more: number) {
  return world.table.client.send(
    new UpdateCommand({
      TableName: world.table.name,
      Key: throttleKey(what),
      UpdateExpression: 'ADD n :more',
      ConditionExpression: 'n = :one',
      ExpressionAttributeValues: { ':one': 1, ':more': more },
    }),
  );
}

const ofHost = (world: World, host: string) =>
  strangersKey(world.services.links, 'websub', host, world.now());

it('the 301st request for a host within an hour is answered 429, and other hosts are not', async () => {
  const world = await setUp();
  expect((await post(world, fieldsOf(CALLBACK))).status).toBe(202);
  await countMore(world, ofHost(world, 'reader.example'), 298);
  expect((await post(world, fieldsOf(`${CALLBACK}300`))).status).toBe(202);
  const last = await post(world, fieldsOf('https://reader.example:8443/'));
  expect([last.status, last.headers.get('retry-after')]).toEqual([429, '3600']);
  expect(await last.text()).toContain('reader.example was asked to confirm 300 requests within an hour');
  expect((await post(world, fieldsOf('https://other.example/'))).status).toBe(202);
  world.pass(3600_000);
  expect((await post(world, fieldsOf(CALLBACK))).status).toBe(202);
});

it('the 3,601st request within an hour is answered 429, whichever host it is for', async () => {
  const world = await setUp();
  const askFor = (host: string) => post(world, fieldsOf(`https://${host}.wildcard.example/`));
  expect((await askFor('first')).status).toBe(202);
  await countMore(world, 'websub', 3598);
  expect((await askFor('3600th')).status).toBe(202);
  const last = await askFor('3601st');
  expect([last.status, last.headers.get('retry-after')]).toEqual([429, '3600']);
  expect(await last.text()).toContain('The hub has taken 3600 requests within an hour');
  world.pass(3600_000);
  expect((await askFor('3601st')).status).toBe(202);
});

it('nothing is written for a request that the hub refuses, whether for its faults, its host or all hosts', async () => {
  const world = await setUp();
  expect((await post(world, fieldsOf(CALLBACK))).status).toBe(202);
  await countMore(world, ofHost(world, 'reader.example'), 299);
  await countMore(world, 'websub', 3598);
  const before = await allItems(world.table);
  expect((await post(world, fieldsOf('http://reader.example/'))).status).toBe(400);
  for (let n = 0; n < 3; n++) expect((await post(world, fieldsOf(`${CALLBACK}${n}`))).status).toBe(429);
  expect(await allItems(world.table)).toEqual(before);
  // A request for another host is the last one that all hosts together may have.
  expect((await post(world, fieldsOf('https://other.example/'))).status).toBe(202);
  const last = await allItems(world.table);
  for (let n = 0; n < 3; n++)
    expect((await post(world, fieldsOf(`https://x${n}.wildcard.example/`))).status).toBe(429);
  expect(await allItems(world.table)).toEqual(last);
});

it('a hundred thousand hosts share 65,536 counters, and a host has another counter the next day', async () => {
  const { links } = (await setUp()).services;
  const day = Date.parse('2026-11-22T00:00:00Z');
  const keys = new Set<string>();
  for (let n = 0; n < 100_000; n++) keys.add(strangersKey(links, 'websub', `x${n}.wildcard.example`, day));
  const numbers = [...keys].map((key) => Number(key.slice('websub#'.length)));
  expect(Math.max(...numbers)).toBeLessThan(65_536);
  expect(keys.size).toBeGreaterThan(45_000);
  const ofReader = (at: number) => strangersKey(links, 'websub', 'reader.example', at);
  expect(ofReader(day + 86_399_999)).toBe(ofReader(day));
  expect(ofReader(day + 86_400_000)).not.toBe(ofReader(day));
});
