import { expect, it } from 'vitest';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { issue, postStory, sendNow } from '../support/newsroom.ts';
import { FAULTS } from '../support/provider.ts';
import { addReaders, everyChoice } from '../support/readers.ts';

useDatabase();

const READERS = 400;
const REQUEST_SECONDS = 5;
const SECTIONS = ['politics', 'harbour', 'culture', 'business'];
const CHOICES = everyChoice(SECTIONS);

type Progress = { percent: number; rate?: number; endsAt?: string; secondsLeft?: number };

/** An issue in sixteen requests of five seconds each, looked at by an editor before each of them. */
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

/** Readers who are mailed in as many requests as there are choices. */
async function sixteenKinds(world: World, readers: number): Promise<void> {
  for (const section of SECTIONS) await postStory(world, { section });
  await addReaders(world, readers, (index) => ({ topics: CHOICES[index % CHOICES.length] ?? [] }));
}

it('GET /api/issues/{id} tells how far an issue is, how fast it goes and when it ends', async () => {
  const { world, seen } = await watched();
  const sent = await sendNow(world, 'morning');
  const end = world.now();
  expect(sent).toMatchObject({ state: 'sent', planned: READERS, sent: READERS });
  expect(sent).not.toHaveProperty('progress');
  const late = seen.slice(-seen.length / 4);
  for (const { at, sent: mails, progress } of late) {
    expect(progress?.percent).toBe(Math.floor((mails / READERS) * 100));
    // A mail each fifth of a second, give or take what is under way.
    expect(progress?.rate).toBeGreaterThan(2.5);
    expect(progress?.rate).toBeLessThan(7.5);
    expect(progress?.secondsLeft).toBe(Math.ceil((Date.parse(progress?.endsAt ?? '') - at) / 1000));
    expect(Math.abs(Date.parse(progress?.endsAt ?? '') - end)).toBeLessThan(30_000);
  }
  const list = await (await world.edit('GET', '/api/editions/daily/issues')).json();
  expect(list).toMatchObject({ issues: [{ id: sent.id, sent: READERS }] });
});

it('the log says how far it is, now and then and not with every request', async () => {
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

it('one that is stopped says how far it came, and nothing of when it ends', async () => {
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
