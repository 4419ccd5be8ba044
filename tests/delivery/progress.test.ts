import { expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { type IssueView, issue, postStory, sendNow } from '../support/newsroom.ts';
import { FAULTS } from '../support/provider.ts';
import { addReaders, everyChoice } from '../support/readers.ts';

const READERS = 96;
const REQUEST_SECONDS = 5;
const SECTIONS = ['politics', 'harbour', 'culture', 'business'];
const CHOICES = everyChoice(SECTIONS);

/** Mails a second. */
const RATE = READERS / CHOICES.length / REQUEST_SECONDS;

type Progress = { percent: number; rate?: number; endsAt?: string; secondsLeft?: number };

/**
 * Sets up an issue that goes out in sixteen requests of five seconds each. `seen` has what an editor sees before each
 * request.
 */
async function watched() {
  const seen: { at: number; sent: number; progress?: Progress }[] = [];
  const world: World = await setUp({
    provider: async ({ key }) => {
      const [, id = ''] = key.split('/');
      const { sent, progress } = (await issue(world, id)) as { sent: number; progress?: Progress };
      seen.push({ at: world.now(), sent, ...(progress && { progress }) });
      world.pass(REQUEST_SECONDS * 1000);
      return undefined;
    },
  });
  await sixteenKinds(world, READERS);
  return { world, seen };
}

/** Adds readers who are mailed in as many requests as there are choices. */
async function sixteenKinds(world: World, readers: number): Promise<void> {
  for (const section of SECTIONS) await postStory(world, { section });
  await addReaders(world, readers, (index) => ({ topics: CHOICES[index % CHOICES.length] ?? [] }));
}

it('GET /api/issues/{id} says how much of an issue is sent, how fast it is sent and when it will be finished', async () => {
  const { world, seen } = await watched();
  const sent = await sendNow(world, 'morning');
  const end = world.now();
  expect(sent).toMatchObject({ state: 'sent', planned: READERS, sent: READERS });
  expect(sent).not.toHaveProperty('progress');
  const late = seen.slice(-seen.length / 4);
  for (const { at, sent: mails, progress } of late) {
    expect(progress?.percent).toBe(Math.floor((mails / READERS) * 100));
    // The rate is not exact, because it lacks the requests that are under way.
    expect(progress?.rate).toBeGreaterThan(RATE * 0.5);
    expect(progress?.rate).toBeLessThan(RATE * 1.5);
    expect(progress?.secondsLeft).toBe(Math.ceil((Date.parse(progress?.endsAt ?? '') - at) / 1000));
    expect(Math.abs(Date.parse(progress?.endsAt ?? '') - end)).toBeLessThan(30_000);
  }
  const list = await (await world.edit('GET', '/api/editions/daily/issues')).json();
  expect(list).toMatchObject({ issues: [{ id: sent.id, sent: READERS }] });
});

it('the log says now and then how much of an issue is sent, but not at every request', async () => {
  const { world } = await watched();
  await sendNow(world, 'morning');
  const lines = world.log.lines.filter(({ message }) => message === 'an issue is under way');
  expect(lines.length).toBeGreaterThanOrEqual(3);
  expect(lines.length).toBeLessThanOrEqual((16 * REQUEST_SECONDS) / 10);
  const percents = lines.map(({ fields }) => Number(fields?.percent));
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(lines.at(-1)?.fields).toMatchObject({
    planned: READERS,
    sent: expect.any(Number),
    rate: expect.any(Number),
    secondsLeft: expect.any(Number),
  });
});

it('an issue that is stopped says how much of it is sent, and not when it will be finished', async () => {
  let requests = 0;
  const world = await setUp({
    provider: () => {
      requests += 1;
      return requests > 5 ? FAULTS.revoked : undefined;
    },
  });
  await sixteenKinds(world, 100);
  const { state, progress, sent } = (await sendNow(world, 'morning')) as { state: string; sent: number } & {
    progress?: Progress;
  };
  expect(state).toBe('stopped');
  expect(sent).toBeGreaterThan(0);
  expect(progress).toEqual({ percent: sent });
});

it('readers who were mailed, were refused or had left all count as done, and are also counted separately', async () => {
  const seen: (IssueView & { progress?: Progress })[] = [];
  const world: World = await setUp({
    provider: async ({ key }) => {
      const [, id = ''] = key.split('/');
      seen.push(await issue(world, id));
      return undefined;
    },
  });
  for (const section of SECTIONS) await postStory(world, { section });
  const readers = await addReaders(world, 40, (index) => ({ topics: CHOICES[index % CHOICES.length] ?? [] }));
  const waiting = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  const planned = await sendNow(waiting, 'morning');
  expect(planned).toMatchObject({ state: 'sending', planned: 40, sent: 0, progress: { percent: 0 } });
  for (const { email } of readers.slice(0, 7)) world.account.badAddresses.add(email);
  for (const { id } of readers.slice(20, 31)) {
    const link = world.services.links.unsubscribe(id, 'daily', '');
    expect((await world.request(link, { method: 'POST' })).status).toBe(200);
  }
  await world.sweep();
  await world.queue.drain();

  expect(seen.some(({ sent, failed, left }) => sent > 0 && failed > 0 && left > 0)).toBe(true);
  for (const { sent, failed, left, progress } of seen)
    expect(progress).toMatchObject({ percent: Math.floor(((sent + failed + left) / 40) * 100) });
  const ended = await issue(world, planned.id);
  expect(ended).toMatchObject({ state: 'sent', planned: 40, sent: 22, failed: 7, left: 11 });
  expect(ended).not.toHaveProperty('progress');
});

it('an issue says that it is being planned, and not when it will be finished, until all its readers are in batches', async () => {
  const world = await setUp();
  await postStory(world);
  await addReaders(world, 30);
  const unplanned = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'plan' } });
  const { id, ...begun } = await sendNow(unplanned, 'morning');
  expect(begun).toMatchObject({ state: 'sending', planned: 0 });
  expect(begun).toHaveProperty('progress', { percent: 0, planning: true });
  const unsent = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  await unsent.sweep();
  await unsent.queue.drain();
  expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 30, sent: 0 });
  expect(await issue(world, id)).toHaveProperty('progress', { percent: 0 });
});
