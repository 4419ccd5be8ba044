import { describe, expect, it } from 'vitest';
import { postStory } from '../support/newsroom.ts';
import { fieldsOf, hub, minutes, post, subscribe, tellSubscribers, withSubscribers } from './hub.ts';
import { changesAndKills, expectOneDeliveryEach, mortal, until } from './kills.ts';
import { receiver } from './receiver.ts';

it('each subscriber gets a document once, even if every message comes three times and in reverse order', async () => {
  const world = await hub({ faults: { repeat: () => 2, shuffle: (messages) => messages.toReversed() } });
  const { url, delivered, requests } = await receiver();
  for (const path of ['/a', '/b', '/c']) await subscribe(world, `${url}${path}`);
  expect(requests).toHaveLength(3);
  await postStory(world);
  await tellSubscribers(world);
  await minutes(world, 3);
  for (const path of ['/a', '/b', '/c']) expect(delivered(path)).toHaveLength(1);
});

it('the sweep finds the work if every message is lost', async () => {
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

it('each subscriber gets a document once, even if two processes distribute the same feed', async () => {
  const world = await hub();
  const { url, requests } = await receiver();
  await withSubscribers(world, url, 110);
  await postStory(await hub({ sharing: world, faults: { lose: () => true } }));
  await minutes(await hub({ sharing: world, faults: { lose: ({ kind }) => kind === 'distribute' } }), 1);
  const others = [await hub({ sharing: world }), await hub({ sharing: world })];
  for (const other of others) {
    other.pass(120_000);
    await other.sweep();
  }
  await Promise.all(others.map((other) => other.queue.drain()));
  expect(new Set(requests.map(({ path }) => path)).size).toBe(110);
  expect(requests).toHaveLength(110);
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
  await withSubscribers(world, url, 20);
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
  expect(requests).toHaveLength(20);
});

it('a distribution sends a story of another process that was stored before it began, whatever its own process remembers', async () => {
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

it('an edit during a long distribution also reaches the subscribers that had their delivery before it', async () => {
  const world = await hub();
  const editor = await hub({ sharing: world, faults: { lose: () => true } });
  let count = 0;
  const { url, delivered } = await receiver((_, response) => {
    world.pass(1150);
    count += 1;
    if (count === 60) postStory(editor, { title: 'Between' }).then(() => response.end());
    return count === 60;
  });
  const paths = await withSubscribers(world, url, 120);
  await postStory(world, { title: 'First' });
  await tellSubscribers(world);
  const had = paths.filter((path) => delivered(path).at(-1)?.body.toString().includes('Between'));
  expect(had.length).toBeGreaterThan(0);
  expect(had.length).toBeLessThan(120);
  await minutes(world, 6);
  const lacking = paths.filter((path) => !delivered(path).at(-1)?.body.toString().includes('Between'));
  expect(lacking).toEqual([]);
});

describe('a process that is killed before any one of its commands to the table', () => {
  it('loses no request that it accepted', async () => {
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

  it('loses no change of a feed, and every subscriber gets the last state', async () => {
    const { change, expectNothingLeft } = await changesAndKills();
    for (const commands of [0, 6, 12, 18, 24])
      expect(await change(commands), `it ended after ${commands} commands`).toBe(true);
    await expectNothingLeft();
  });
});

it('a distribution that takes longer than a function may run goes on with the next message, and tells each subscriber once', async () => {
  const world = await hub();
  const { url, requests } = await receiver(({ method }) => {
    if (method === 'POST') world.pass(1150);
    return false;
  });
  const paths = await withSubscribers(world, url, 120);
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

it('110 subscribers get a change in one delivery each, and at most 64 deliveries are under way at once', async () => {
  await expectOneDeliveryEach(110);
});
