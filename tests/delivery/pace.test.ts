import { expect, it } from 'vitest';
import { testConfig } from '../support/config.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { FAULTS, type Script, throttledFor } from '../support/provider.ts';
import { addReaders, digestCounts, everyChoice, onceEach } from '../support/readers.ts';
import { type SharedTime, sharedTime } from '../support/shared-time.ts';

/** Requests a second, as the settings of these tests allow. */
const CEILING = 10;
const SECTIONS = ['politics', 'harbour', 'neighbourhoods', 'culture', 'business'];
const CHOICES = everyChoice(SECTIONS);

/** Starts a worker as a process of its own. Time goes on only when all workers wait. */
async function worker(provider: Script, sharing?: World): Promise<World> {
  const world: World = await setUp({
    provider: (request) => time().watched(provider)(request),
    ...(sharing && { sharing }),
    config: settings(),
    wait: (milliseconds) => time().wait(milliseconds),
  });
  times.set(world.time, times.get(world.time) ?? sharedTime(world.time));
  const time = () => times.get(world.time) as SharedTime;
  time().watch(world.table);
  return world;
}

const times = new Map<World['time'], SharedTime>();

function settings() {
  const { publication } = testConfig();
  return {
    publication: { ...publication, mail: { ...publication.mail, requestsPerSecond: CEILING } },
    resend: { apiKey: 'unused' },
  };
}

/** Starts an issue of some thirty batches. Returns its id, and the readers who must get it. */
async function underWay(world: World) {
  for (const section of SECTIONS) await postStory(world, { section });
  const readers = await addReaders(world, 80, (index) => ({
    topics: CHOICES[index % CHOICES.length] ?? [],
  }));
  const answer = await world.edit('POST', '/api/editions/daily/issues', { slot: 'now' });
  const { id } = (await answer.json()) as { id: string };
  return { readers, id };
}

/** Lets minutes pass in which these workers all work, each with its own queue and its own sweep. */
async function work(worlds: World[], minutes: number): Promise<void> {
  const [first] = worlds;
  for (let second = 0; second < minutes * 60; second++) {
    if (second % 60 === 0) for (const world of worlds) await world.sweep();
    await Promise.all(worlds.map((world) => world.queue.drain()));
    first?.pass(1000);
  }
}

it('two workers whose account allows less than the settings say are refused rarely, and mail each reader once', async () => {
  const taken: number[] = [];
  const limit = 4;
  let refused = 0;
  const provider: Script = () => {
    const second = taken.filter((at) => at > one.now() - 1000);
    if (second.length >= limit) {
      refused += 1;
      return FAULTS.throttled;
    }
    taken.push(one.now());
    return undefined;
  };
  const one = await worker(provider);
  const other = await worker(provider, one);
  const { readers, id } = await underWay(one);
  await work([one, other], 3);
  expect(digestCounts(one)).toEqual(onceEach(readers));
  expect(await issue(one, id)).toMatchObject({ state: 'sent', sent: readers.length, failed: 0 });
  expect(taken.length).toBeGreaterThan(30);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(taken.length / 10);
});

it('a 429 stops all workers and single mails for as long as it says, and then all go on at half the rate', async () => {
  const times: number[] = [];
  const limited = 12;
  const provider: Script = () => {
    times.push(one.now());
    return times.length === limited ? throttledFor(30) : undefined;
  };
  const one = await worker(provider);
  const other = await worker(provider, one);
  const { readers } = await underWay(one);
  await work([one], 0.05);
  const told = times[limited - 1] ?? 0;
  const inFlight = times.filter((at) => at > told && at < told + 30_000);
  // These requests already had their turn when the 429 came.
  expect(inFlight.length).toBeLessThanOrEqual(4);

  await other.sweep();
  await other.request('/subscriptions', {
    method: 'POST',
    body: { email: 'new@reader.example', editions: ['daily'], language: 'en' },
  });
  await other.queue.drain();
  expect(one.mails.filter(({ to }) => to === 'new@reader.example')).toEqual([]);
  const before = times.length;
  await work([one, other], 2);
  expect(times[before]).toBeGreaterThanOrEqual(told + 30_000);
  expect(one.mails.filter(({ to }) => to === 'new@reader.example')).toHaveLength(1);
  const fresh = times.slice(before, before + 20);
  const rate = ((fresh.length - 1) * 1000) / ((fresh.at(-1) ?? 0) - (fresh[0] ?? 0));
  expect(rate).toBeLessThan(CEILING * 0.6);
  expect(digestCounts(one)).toEqual(onceEach(readers));
});

it('the rate grows back to the rate of the settings after a 429', async () => {
  const times: number[] = [];
  const provider: Script = () => {
    times.push(one.now());
    return times.length === 1 ? throttledFor(60) : undefined;
  };
  const one = await worker(provider);
  const { readers } = await underWay(one);
  await one.queue.drain();
  expect(times.length).toBeLessThan(10);
  one.pass(60_000 + 150_000);
  await work([one], 3);
  expect(digestCounts(one)).toEqual(onceEach(readers));
  const late = times.slice(-20);
  const rate = ((late.length - 1) * 1000) / ((late.at(-1) ?? 0) - (late[0] ?? 0));
  expect(rate).toBeGreaterThan(CEILING * 0.8);
});

it('a clock that was a year ahead for a while holds up no mail', async () => {
  const year = 365 * 24 * 3600_000;
  const world = await setUp();
  world.pass(year);
  await subscribe(world, 'ahead@reader.example');
  world.pass(-year);
  const other = await setUp({ sharing: world });
  await subscribe(other, 'other@reader.example');
  await subscribe(world, 'same@reader.example');
  await postStory(world);
  expect(await sendNow(world, 'morning')).toMatchObject({ state: 'sent', sent: 3, failed: 0 });
});
