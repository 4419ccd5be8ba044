import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callbackClient } from '../../functions/adapters/http/callback-client.ts';
import type { CallbackAnswer } from '../../functions/websub/callbacks.ts';
import type { World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { hub, tellSubscribers, withSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

function retriesDue(world: World) {
  return world.services.websub.retriesDue(world.now() + 10_000, 300);
}

/** Stands for a callback that does not answer in time. It ends after 50 turns of the event loop, later than any answer. */
async function silence(): Promise<CallbackAnswer> {
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  return { kind: 'silent', reason: 'it did not answer within 10 seconds' };
}

/** Returns a hub whose deliveries are answered if `answers` returns true for the callback, and not answered otherwise. */
async function hubWhere(answers: (callback: string) => boolean): Promise<World & { delivered: string[] }> {
  const delivered: string[] = [];
  const ok = (body: string): CallbackAnswer => ({ kind: 'answered', status: 200, body });
  const world = await hub({
    callbacks: {
      get: async (url) => ok(new URL(url).searchParams.get('hub.challenge') ?? ''),
      post: async (url) => {
        delivered.push(url);
        return answers(url) ? ok('') : silence();
      },
    },
  });
  return { ...world, delivered };
}

it('a host that accepts connections and never answers gets three deliveries, and the others are planned for later', async () => {
  const { url, requests } = await receiver(({ method }) => method === 'POST');
  const callbacks = callbackClient({
    site: 'https://paper.example',
    mayConnect: () => true,
    timeoutMilliseconds: 50,
  });
  const impatient = await hub({ callbacks });
  await withSubscribers(impatient, url, 70);
  await postStory(impatient);
  await tellSubscribers(impatient);
  expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
  expect(await retriesDue(impatient)).toHaveLength(70);
});

it('a host that stops answering gets no deliveries beyond those that were under way', async () => {
  let answers = 20;
  const world = await hubWhere(() => answers-- > 0);
  await withSubscribers(world, 'https://reader.example', 90);
  await postStory(world);
  await tellSubscribers(world);
  expect(world.delivered.length).toBeGreaterThan(20);
  expect(world.delivered.length).toBeLessThanOrEqual(20 + 64);
  expect(await retriesDue(world)).toHaveLength(70);
});

it('a silent host with most of the subscribers keeps no other host from its deliveries', async () => {
  const world = await hubWhere((callback) => callback.startsWith('https://well.example/'));
  await withSubscribers(world, 'https://dead.example', 70);
  await withSubscribers(world, 'https://well.example', 10);
  await postStory(world);
  await tellSubscribers(world);
  expect(world.delivered.filter((url) => url.startsWith('https://well.example/'))).toHaveLength(10);
  expect(world.delivered.filter((url) => url.startsWith('https://dead.example/'))).toHaveLength(3);
  expect(await retriesDue(world)).toHaveLength(70);
});
