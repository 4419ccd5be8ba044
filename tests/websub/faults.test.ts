import { describe, expect, it } from 'vitest';
import { useDatabase, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { ALL, fieldsOf, hub, minutes, post, subscribe, tellSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

useDatabase();

/** Subscribers, put where a verification would have put them. */
async function withSubscribers(world: World, url: string, count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => `/s-${index}`);
  const writing = paths.map(
    (path) => () =>
      world.services.websub.subscribe(
        {
          id: `2026-11-22T11:00:00.000Z#${path}`,
          mode: 'subscribe',
          topic: ALL,
          feed: '*',
          format: 'atom',
          callback: `${url}${path}`,
          leaseSeconds: 86_400,
          attempts: 1,
        },
        world.now(),
      ),
  );
  while (writing.length > 0) await Promise.all(writing.splice(0, 50).map((write) => write()));
  return paths;
}

it('every message three times and in reverse: each subscriber gets each document once', async () => {
  const world = await hub({ faults: { repeat: () => 2, shuffle: (messages) => messages.toReversed() } });
  const { url, delivered, requests } = await receiver();
  for (const path of ['/a', '/b', '/c']) await subscribe(world, `${url}${path}`);
  expect(requests).toHaveLength(3);
  await postStory(world);
  await tellSubscribers(world);
  await minutes(world, 3);
  for (const path of ['/a', '/b', '/c']) expect(delivered(path)).toHaveLength(1);
});

it('every message lost: the sweep finds the work', async () => {
  const world = await hub();
  const lossy = await hub({ sharing: world, faults: { lose: () => true } });
  const { url, delivered, asked } = await receiver();
  await subscribe(lossy, `${url}/cb`);
  expect(asked('/cb')).toEqual([]);
  await minutes(world, 1);
  await postStory(lossy, { title: 'Found again' });
  await minutes(world, 3);
  expect(delivered('/cb').map(({ body }) => body.toString().includes('Found again'))).toEqual([true]);
});

it('two processes at the same distribution: each subscriber gets it once', async () => {
  const world = await hub();
  const { url, requests } = await receiver();
  await withSubscribers(world, url, 250);
  await postStory(await hub({ sharing: world, faults: { lose: () => true } }));
  await minutes(await hub({ sharing: world, faults: { lose: ({ kind }) => kind === 'distribute' } }), 1);
  const others = [await hub({ sharing: world }), await hub({ sharing: world })];
  for (const other of others) {
    other.pass(120_000);
    await other.sweep();
  }
  await Promise.all(others.map((other) => other.queue.drain()));
  expect(new Set(requests.map(({ path }) => path)).size).toBe(250);
  expect(requests).toHaveLength(250);
});

it('a message that comes again while a feed is distributed starts nothing', async () => {
  const world = await hub();
  let again: (() => Promise<void>) | undefined;
  const { url, requests } = await receiver((_, response) => {
    const now = again;
    again = undefined;
    now?.().then(() => response.end());
    return now !== undefined;
  });
  await withSubscribers(world, url, 150);
  await postStory(world);
  await world.queue.drain();
  world.pass(6_000);
  const other = await hub({ sharing: world });
  again = async () => {
    await other.queue.send([{ kind: 'distribute', feed: '*' }]);
    await other.queue.drain();
  };
  await world.queue.drain();
  expect(again).toBeUndefined();
  expect(requests).toHaveLength(150);
});

it('a run sends what was stored before its mark was taken away, whatever its process remembers', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await subscribe(world, `${url}/cb`);
  await postStory(world);
  await world.queue.drain();
  world.pass(6_000);
  const editor = await hub({ sharing: world, faults: { lose: () => true } });
  expect((await world.request('/atom.xml')).status).toBe(200);
  await postStory(editor, { title: 'Of another process' });
  await world.queue.drain();
  expect(delivered('/cb').map(({ body }) => body.toString().includes('Of another process'))).toEqual([true]);
});

it('an edit between the two halves of a long run reaches the first half too', async () => {
  const world = await hub();
  const editor = await hub({ sharing: world, faults: { lose: () => true } });
  let count = 0;
  const { url, delivered } = await receiver((_, response) => {
    world.pass(400);
    count += 1;
    if (count === 60) postStory(editor, { title: 'Between' }).then(() => response.end());
    return count === 60;
  });
  const paths = await withSubscribers(world, url, 250);
  await postStory(world, { title: 'First' });
  await tellSubscribers(world);
  const had = paths.filter((path) => delivered(path).at(-1)?.body.toString().includes('Between'));
  expect(had.length).toBeGreaterThan(0);
  expect(had.length).toBeLessThan(250);
  await minutes(world, 6);
  const lacking = paths.filter((path) => !delivered(path).at(-1)?.body.toString().includes('Between'));
  expect(lacking).toEqual([]);
});

/** Another process on the same table, which is killed before it sends so many commands and one. */
async function mortal(world: World, commands: number): Promise<World & { died(): boolean }> {
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

/** Everything that the process does until it is killed, and nothing of it after. */
async function until(death: Promise<unknown>): Promise<void> {
  await death.catch((error: Error) => expect(error.message).toContain('killed'));
}

describe('a process that is killed before any of its commands', () => {
  it('has lost no request that it accepted', async () => {
    const world = await hub();
    const { url, delivered } = await receiver();
    const accepted: string[] = [];
    let died = true;
    for (let commands = 1; died; commands++) {
      const dying = await mortal(world, commands);
      const answer = await post(dying, fieldsOf(`${url}/s-${commands}`));
      if (answer.status === 202) accepted.push(`/s-${commands}`);
      await until(dying.queue.drain());
      died = dying.died();
    }
    expect(accepted.length).toBeGreaterThan(4);
    await minutes(world, 4);
    await postStory(world);
    await tellSubscribers(world);
    expect(accepted.filter((path) => delivered(path).length !== 1)).toEqual([]);
  });

  it('has lost no change of a feed: every subscriber has its last state', async () => {
    const world = await hub();
    let fails = false;
    const { url, delivered } = await receiver(({ method, path }, response) => {
      const failing = method === 'POST' && path === '/s-1' && fails;
      if (failing) response.writeHead(500).end();
      return failing;
    });
    const paths = await withSubscribers(world, url, 3);
    let deaths = 0;
    for (let died = true; died; deaths++) {
      const title = `Change ${deaths}.`;
      await postStory(await hub({ sharing: world, faults: { lose: () => true } }), { title });
      const dying = await mortal(world, deaths);
      fails = true;
      for (const milliseconds of [60_000, 6_000, 15_000]) {
        dying.pass(milliseconds);
        await until(dying.sweep());
        await until(dying.queue.drain());
      }
      died = dying.died();
      fails = false;
      await minutes(world, 6);
      const lacking = paths.filter((path) => !delivered(path).at(-1)?.body.toString().includes(title));
      expect(lacking, `killed after ${deaths} commands`).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(25);
    expect(await world.services.distributions.left(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toEqual(
      [],
    );
  });
});

it('what takes longer than a function may run goes on with the next message, each subscriber once', async () => {
  const world = await hub();
  const { url, requests } = await receiver(({ method }) => {
    if (method === 'POST') world.pass(250);
    return false;
  });
  const paths = await withSubscribers(world, url, 500);
  await postStory(world);
  await tellSubscribers(world);
  expect(new Set(requests.map(({ path }) => path)).size).toBe(paths.length);
  expect(requests).toHaveLength(paths.length);
  const states = world.log.lines
    .filter(({ message }) => message === 'a feed was distributed')
    .map(({ fields }) => fields?.state);
  expect(states.length).toBeGreaterThan(1);
  expect([...new Set(states.slice(0, -1)), states.at(-1)]).toEqual(['left', 'done']);
});

it('2,500 subscribers get a change, one delivery each, while at most 64 are under way', async () => {
  let underWay = 0;
  let most = 0;
  const world = await hub();
  const { url, requests } = await receiver((_, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    setImmediate(() => {
      underWay -= 1;
      response.end();
    });
    return true;
  });
  await withSubscribers(world, url, 2500);
  await postStory(world);
  await tellSubscribers(world);
  expect(new Set(requests.map(({ path }) => path)).size).toBe(2500);
  expect(requests).toHaveLength(2500);
  expect(most).toBeLessThanOrEqual(64);
  expect(most).toBeGreaterThan(8);
});
