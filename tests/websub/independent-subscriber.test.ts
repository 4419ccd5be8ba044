import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import library, { type PubSubHubbub } from 'pubsubhubbub';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../functions/adapters/one-machine/dynoxide.ts';
import { listen } from '../../functions/start/local-installation.ts';
import type { World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { all, one, xmlTree } from '../support/parsers.ts';
import { hub, minutes, tellSubscribers } from './hub.ts';

/** Starts a hub that listens on a port, for a subscriber that uses HTTP. */
async function listeningHub(): Promise<World> {
  const port = await freePort();
  const world = await hub({ config: { port, baseUrl: `http://localhost:${port}` } });
  const server = await listen(world.app, world.config);
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())));
  return world;
}

/** A subscriber of the npm library `pubsubhubbub`. The library subscribes, answers challenges, checks signatures and emits events. */
async function subscriber() {
  let current: PubSubHubbub;
  const server = createServer((request, response) => current.listener()(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve())));
  const callbackUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const told: string[] = [];
  const documents: string[] = [];
  const leases: number[] = [];

  /**
   * The library sends the hub an HMAC of its secret, but checks signatures with the secret itself. So two instances are needed: one
   * with the secret subscribes, and one with the HMAC receives.
   */
  function withSecret(topic: string, secret: string) {
    current = library.createServer({
      callbackUrl,
      secret: createHmac('sha1', secret).update(topic).digest('hex'),
    });
    for (const event of ['subscribe', 'unsubscribe', 'denied'] as const) {
      current.on(event, ({ topic: about, lease }) => {
        told.push(`${event} ${about}`);
        if (event === 'subscribe') leases.push((lease ?? 0) - Date.now() / 1000);
      });
    }
    current.on('feed', ({ topic: about, feed }) => {
      expect(about).toBe(topic);
      documents.push(feed.toString());
    });
    const asking = library.createServer({ callbackUrl, secret, leaseSeconds: 3600 });
    return {
      subscribe: promisify(asking.subscribe.bind(asking)),
      unsubscribe: promisify(asking.unsubscribe.bind(asking)),
    };
  }
  return { withSecret, told, documents, leases };
}

/** Returns the hub and the topic that a document names for itself (WebSub, section 4, discovery). */
async function discovered(world: World, path: string): Promise<{ hubUrl: string; topic: string }> {
  const feed = xmlTree(await (await fetch(`${world.config.baseUrl}${path}`)).text());
  const href = (rel: string) =>
    all(feed, 'atom:link').find(({ attributes }) => attributes.rel === rel)?.attributes.href;
  return { hubUrl: href('hub') ?? '', topic: href('self') ?? '' };
}

it('a subscriber with an independent library discovers the hub, subscribes, receives, renews, rotates its secret and leaves', async () => {
  const world = await listeningHub();
  const { withSecret, told, documents, leases } = await subscriber();
  const { hubUrl, topic } = await discovered(world, '/atom.xml');
  const titles = () =>
    documents.map((text) => all(xmlTree(text), 'atom:entry').map((entry) => one(entry, 'atom:title')?.text));

  const first = withSecret(topic, 'first');
  await first.subscribe(topic, hubUrl);
  await world.queue.drain();
  expect(told).toEqual([`subscribe ${topic}`]);
  expect(Math.abs((leases[0] ?? 0) - 3600)).toBeLessThan(60);

  await postStory(world, { title: 'One' });
  await tellSubscribers(world);
  expect(titles()).toEqual([['One']]);

  world.pass(3_000_000);
  await first.subscribe(topic, hubUrl);
  await world.queue.drain();
  world.pass(3_000_000);
  await postStory(world, { title: 'Two' });
  await tellSubscribers(world);
  expect(titles()).toEqual([['One'], ['Two', 'One']]);

  const second = withSecret(topic, 'second');
  await postStory(world, { title: 'Signed with the first' });
  await tellSubscribers(world);
  expect(documents, 'it does not take what is signed with the old secret').toHaveLength(2);
  await second.subscribe(topic, hubUrl);
  await world.queue.drain();
  await postStory(world, { title: 'Three' });
  await tellSubscribers(world);
  expect(titles()[2]?.[0]).toBe('Three');

  await second.unsubscribe(topic, hubUrl);
  await world.queue.drain();
  await postStory(world, { title: 'Four' });
  await tellSubscribers(world);
  await minutes(world, 2);
  expect(documents).toHaveLength(3);
  expect(told).toEqual([...Array(3).fill(`subscribe ${topic}`), `unsubscribe ${topic}`]);
});

it('a subscriber is denied a feed that does not exist, and gets 400 at once for an address that cannot be a feed', async () => {
  const world = await listeningHub();
  const { withSecret, told } = await subscriber();
  const topic = `${world.config.baseUrl}/tags/nothing/atom.xml`;
  const { hubUrl } = await discovered(world, '/atom.xml');
  await withSecret(topic, 'x').subscribe(topic, hubUrl);
  await world.queue.drain();
  expect(told).toEqual([`denied ${topic}`]);
  const nowhere = `${world.config.baseUrl}/nowhere`;
  await expect(withSecret(nowhere, 'x').subscribe(nowhere, hubUrl)).rejects.toThrow(
    'Invalid response status 400',
  );
});
