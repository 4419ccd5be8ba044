import { expect, it } from 'vitest';
import { callbackClient } from '../../functions/adapters/callback-client.ts';
import { useDatabase, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { hub, subscribe, tellSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

useDatabase();

const TIMEOUT_MILLISECONDS = 200;

/** A hub whose patience with a callback is short, and real. */
function impatientHub(): Promise<World> {
  return hub({
    callbacks: callbackClient({
      site: 'https://paper.example',
      mayConnect: () => true,
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
    }),
  });
}

async function subscribeMany(world: World, url: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await subscribe(world, `${url}/cb-${index}`);
}

it('a host that takes connections and never answers is sent three deliveries, and the others are booked for later', async () => {
  const world = await impatientHub();
  const { url, requests } = await receiver(({ method }) => method === 'POST');
  await subscribeMany(world, url, 150);
  await postStory(world);
  await tellSubscribers(world);
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
  expect(await world.services.websub.retriesDue(world.now() + 10_000, 200)).toHaveLength(150);
});

it('a host that falls silent is sent no more than was under way by then', async () => {
  const world = await impatientHub();
  let answers = 20;
  const { url, requests } = await receiver(({ method }) => method === 'POST' && answers-- <= 0);
  await subscribeMany(world, url, 250);
  await postStory(world);
  await tellSubscribers(world);
  const deliveries = requests.filter(({ method }) => method === 'POST').length;
  expect(deliveries).toBeGreaterThan(20);
  expect(deliveries).toBeLessThanOrEqual(20 + 64);
  expect(await world.services.websub.retriesDue(world.now() + 10_000, 300)).toHaveLength(230);
});

it('a host that is silent holds up another no longer than one of its deliveries takes', async () => {
  const world = await impatientHub();
  const dead = await receiver(({ method }) => method === 'POST');
  const { url, requests } = await receiver();
  await subscribeMany(world, dead.url, 200);
  await subscribeMany(world, url, 100);
  await postStory(world);
  await world.queue.drain();
  world.pass(6_000);
  const begun = performance.now();
  await world.queue.drain();
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(100);
  expect(dead.requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
  expect(performance.now() - begun).toBeLessThan(25 * TIMEOUT_MILLISECONDS);
});
