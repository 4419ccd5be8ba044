import { setTimeout as later } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callbackClient } from '../../functions/adapters/http/callback-client.ts';
import type { CallbackAnswer } from '../../functions/websub/callbacks.ts';
import { useDatabase, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { hub, subscribe, tellSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

useDatabase();

async function subscribeMany(world: World, url: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await subscribe(world, `${url}/cb-${index}`);
}

function retriesDue(world: World) {
  return world.services.websub.retriesDue(world.now() + 10_000, 300);
}

/** A hub whose deliveries come to what `answers` says of their callbacks. Silence takes its time, as it does elsewhere. */
async function hubWhere(answers: (callback: string) => boolean): Promise<World & { delivered: string[] }> {
  const delivered: string[] = [];
  const ok = (body: string): CallbackAnswer => ({ kind: 'answered', status: 200, body });
  const world = await hub({
    callbacks: {
      get: async (url) => ok(new URL(url).searchParams.get('hub.challenge') ?? ''),
      post: async (url) => {
        delivered.push(url);
        if (answers(url)) return ok('');
        await later(50);
        return { kind: 'silent', reason: 'it did not answer within 10 seconds' };
      },
    },
  });
  return { ...world, delivered };
}

it('a host that takes connections and never answers is sent three deliveries, and the others are booked for later', async () => {
  const world = await hub();
  const { url, requests } = await receiver(({ method }) => method === 'POST');
  await subscribeMany(world, url, 150);
  const callbacks = callbackClient({
    site: 'https://paper.example',
    mayConnect: () => true,
    timeoutMilliseconds: 500,
  });
  const impatient = await hub({ sharing: world, callbacks });
  await postStory(impatient);
  await tellSubscribers(impatient);
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
  expect(await retriesDue(impatient)).toHaveLength(150);
});

it('a host that falls silent is sent no more than was under way by then', async () => {
  let answers = 20;
  const world = await hubWhere(() => answers-- > 0);
  await subscribeMany(world, 'https://reader.example', 250);
  await postStory(world);
  await tellSubscribers(world);
  expect(world.delivered.length).toBeGreaterThan(20);
  expect(world.delivered.length).toBeLessThanOrEqual(20 + 64);
  expect(await retriesDue(world)).toHaveLength(230);
});

it('a silent host that has most of the subscribers keeps no other from its delivery', async () => {
  const world = await hubWhere((callback) => callback.startsWith('https://well.example/'));
  await subscribeMany(world, 'https://dead.example', 200);
  await subscribeMany(world, 'https://well.example', 50);
  await postStory(world);
  await tellSubscribers(world);
  expect(world.delivered.filter((url) => url.startsWith('https://well.example/'))).toHaveLength(50);
  expect(world.delivered.filter((url) => url.startsWith('https://dead.example/'))).toHaveLength(3);
  expect(await retriesDue(world)).toHaveLength(200);
});
