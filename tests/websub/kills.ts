import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'vitest';
import type { World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { hub, minutes, tellSubscribers, withSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

/** A time after every mark and every lease. */
const FAR_AHEAD = Date.parse('2030-01-01T00:00:00Z');

/** Starts another process on the same table. It is killed when it has sent `commands` commands to the table and sends the next. */
export async function mortal(world: World, commands: number): Promise<World & { died(): boolean }> {
  const process = await hub({ sharing: world });
  let left = commands;
  process.table.client.middlewareStack.add(
    (next) => (args) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('killed')) : next(args);
    },
    { step: 'initialize', name: 'killed' },
  );
  return { ...process, died: () => left < 0 };
}

/** Waits for everything that a process does until it is killed. */
export async function until(death: Promise<unknown>): Promise<void> {
  await death.catch((error: Error) => expect(error.message).toContain('killed'));
}

/**
 * An installation with three subscribers. `change` posts a story, and kills the process that delivers it after `commands` commands,
 * while one subscriber fails. Then it checks that every subscriber has the story a few minutes later. It returns whether the process
 * was killed.
 */
export async function changesAndKills() {
  const world = await hub();
  let fails = false;
  const { url, delivered } = await receiver(({ method, path }, response) => {
    const failing = method === 'POST' && path === '/s-1' && fails;
    if (failing) response.writeHead(500).end();
    return failing;
  });
  const paths = await withSubscribers(world, url, 3);
  const lossy = await hub({ sharing: world, faults: { lose: () => true } });
  return {
    async change(commands: number): Promise<boolean> {
      const title = `Change ${commands}.`;
      await postStory(lossy, { title });
      const dying = await mortal(world, commands);
      fails = true;
      for (const milliseconds of [60_000, 6_000, 15_000]) {
        dying.pass(milliseconds);
        await until(dying.sweep());
        await until(dying.queue.drain());
      }
      fails = false;
      await minutes(world, 6);
      const lacking = paths.filter((path) => !delivered(path).at(-1)?.body.toString().includes(title));
      expect(lacking, `killed after ${commands} commands`).toEqual([]);
      return dying.died();
    },
    async expectNothingLeft(): Promise<void> {
      const { distributions } = world.services;
      expect(await distributions.left(FAR_AHEAD, FAR_AHEAD)).toEqual([]);
    },
  };
}

/** `subscribers` subscribers get a change, one delivery each. Deliveries overlap, but at most 64 are under way at once. */
export async function expectOneDeliveryEach(subscribers: number): Promise<void> {
  const world = await hub();
  let underWay = 0;
  let most = 0;
  const answerLater = async (response: ServerResponse) => {
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    underWay -= 1;
    response.end();
  };
  const { url, requests } = await receiver((_, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    answerLater(response);
    return true;
  });
  await withSubscribers(world, url, subscribers);
  await postStory(world);
  await tellSubscribers(world);
  expect(new Set(requests.map(({ path }) => path)).size).toBe(subscribers);
  expect(requests).toHaveLength(subscribers);
  expect(most).toBeLessThanOrEqual(64);
  expect(most).toBeGreaterThan(8);
}
