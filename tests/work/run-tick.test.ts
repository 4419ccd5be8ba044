import { describe, expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, postStory, slotsOf } from '../support/newsroom.ts';
import { addReaders } from '../support/readers.ts';

/** Half past seven in New York is 12:30 UTC in November. The clock starts at noon. */
const MINUTE = 60_000;
const HALF_AN_HOUR = 30 * MINUTE;
const HOUR = 60 * MINUTE;
const READER = 'ana@reader.example';
const SLOT = '2026-11-22-0730';

const warnings = (world: World, about: string) =>
  world.log.lines.filter(({ level, message }) => level === 'warn' && message.includes(about));
const errors = (world: World) => world.log.lines.filter(({ level }) => level === 'error');

/** Makes every request to the database fail that fits the pattern. Returns a function that mends this. */
function breaks(world: World, pattern: RegExp): () => void {
  const { middlewareStack } = world.table.client;
  middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const request = `${commandName} ${JSON.stringify(args.input)}`;
        if (pattern.test(request)) throw new Error(`broken by the test: ${pattern}`);
        return next(args);
      },
    { step: 'initialize', priority: 'high', name: 'broken' },
  );
  return () => void middlewareStack.remove('broken');
}

/** Sets up a story and a reader of the daily, whose schedule has been followed up to noon. */
async function atNoon(options: Parameters<typeof setUp>[0] = {}): Promise<World> {
  const world = await setUp(options);
  await addReaders(world, 1, () => ({ email: READER }));
  await postStory(world);
  await world.tick();
  await world.queue.drain();
  return world;
}

describe('the tick of each minute', () => {
  it('starts an issue once, at the local time of its edition', async () => {
    const world = await setUp();
    await world.tick();
    world.pass(HALF_AN_HOUR - 1);
    await world.tick();
    expect(await slotsOf(world)).toEqual([]);
    world.pass(1);
    for (let i = 0; i < 3; i++) await world.tick();
    expect(await slotsOf(world)).toEqual([SLOT]);
  });

  it('starts one issue, even if two processes tick at the same time and again', async () => {
    const world = await atNoon();
    const other = await setUp({ sharing: world });
    world.pass(HALF_AN_HOUR);
    await Promise.all([world.tick(), world.tick(), other.tick(), other.tick()]);
    await Promise.all([world.queue.drain(), other.queue.drain()]);
    await other.tick();
    await other.queue.drain();
    expect(await slotsOf(world)).toEqual([SLOT]);
    expect(digestsTo(world, READER)).toHaveLength(1);
  });

  it('starts nothing more if it comes late, after the tick of the next minute', async () => {
    const world = await atNoon();
    world.pass(HALF_AN_HOUR + MINUTE);
    await world.tick();
    world.pass(-MINUTE);
    await world.tick();
    world.pass(2 * MINUTE);
    await world.tick();
    await world.queue.drain();
    expect(await slotsOf(world)).toEqual([SLOT]);
    expect(digestsTo(world, READER)).toHaveLength(1);
  });
});

describe('after an outage', () => {
  it('of an hour, the issue that was missed goes out once', async () => {
    const world = await atNoon();
    world.pass(HALF_AN_HOUR + HOUR);
    for (let i = 0; i < 3; i++) await world.tick();
    await world.queue.drain();
    expect(await slotsOf(world)).toEqual([SLOT]);
    expect(digestsTo(world, READER)).toHaveLength(1);
  });

  it('of an hour, an edition that is due every ten minutes has one issue and not six', async () => {
    const world = await atNoon({ config: withEditions({ cron: '*/10 * * * *' }) });
    world.pass(HOUR + 5 * MINUTE);
    for (let i = 0; i < 3; i++) await world.tick();
    expect(await slotsOf(world)).toEqual(['2026-11-22-0800']);
    world.pass(5 * MINUTE);
    await world.tick();
    expect(await slotsOf(world)).toEqual(['2026-11-22-0810', '2026-11-22-0800']);
  });

  it('of days, the last issue that was missed goes out, unless it was due more than six hours ago', async () => {
    const world = await setUp({ config: withEditions({}) });
    await world.tick();
    world.pass(48 * HOUR + HALF_AN_HOUR + 6 * HOUR);
    await world.tick();
    expect(await slotsOf(world)).toEqual(['2026-11-24-0730']);
    world.pass(24 * HOUR + 1);
    for (let i = 0; i < 2; i++) await world.tick();
    expect(await slotsOf(world)).toEqual(['2026-11-24-0730']);
    expect(errors(world).filter(({ fields }) => fields?.trouble === 'left-out')).toMatchObject([
      { fields: { edition: 'daily', since: '2026-11-25T12:30:00.000Z' } },
    ]);
    world.pass(18 * HOUR);
    await world.tick();
    expect(await slotsOf(world)).toEqual(['2026-11-26-0730', '2026-11-24-0730']);
  });
});

it('after weeks, a weekly edition leaves out the last issue that was missed, and tells it once', async () => {
  const world = await setUp({ config: withEditions({ cron: '0 9 * * 0' }) });
  await world.tick();
  world.pass(31 * 24 * HOUR);
  for (let i = 0; i < 3; i++) {
    await world.tick();
    world.pass(MINUTE);
  }
  expect(errors(world).map(({ fields }) => [fields?.trouble, fields?.since])).toEqual([
    ['left-out', '2026-12-20T14:00:00.000Z'],
  ]);
});

describe('a schedule', () => {
  it('of a new installation starts nothing that was due before the installation', async () => {
    const world = await setUp();
    world.pass(HOUR);
    for (let i = 0; i < 2; i++) await world.tick();
    expect(await slotsOf(world)).toEqual([]);
  });

  it('that was changed starts nothing that was due before the change', async () => {
    const world = await setUp({ config: withEditions({}) });
    await world.tick();
    const changed = await setUp({ sharing: world, config: withEditions({ cron: '50 6 * * *' }) });
    for (let i = 0; i < 2; i++) await changed.tick();
    expect(await slotsOf(changed)).toEqual([]);
    changed.pass(24 * HOUR);
    await changed.tick();
    expect(await slotsOf(changed)).toEqual(['2026-11-23-0650']);
  });

  it('loses no issue because of a clock that was ahead for a while', async () => {
    const world = await setUp();
    await world.tick();
    world.pass(365 * 24 * HOUR);
    await world.tick();
    world.pass(-365 * 24 * HOUR);
    await world.tick();
    world.pass(HOUR);
    await world.tick();
    world.pass(24 * HOUR);
    await world.tick();
    expect(await slotsOf(world)).toEqual(['2026-11-23-0730', SLOT]);
    expect(warnings(world, 'followed into the future').map(({ fields }) => fields)).toContainEqual({
      edition: 'daily',
      through: '2027-11-21T12:30:00.000Z',
    });
  });
});

describe('a tick that fails', () => {
  it('after it has made an issue does not make it again in the next minute', async () => {
    const world = await atNoon({ config: withEditions({}) });
    const mend = breaks(world, /^Put\w+ .*"SCHEDULE"/);
    world.pass(HALF_AN_HOUR);
    await expect(world.tick()).rejects.toThrow(
      'the schedules of these editions could not be followed: daily',
    );
    mend();
    world.pass(MINUTE);
    await world.tick();
    await world.queue.drain();
    expect(await slotsOf(world)).toEqual([SLOT]);
    expect(digestsTo(world, READER)).toHaveLength(1);
    expect(await issue(world, `daily.${SLOT}`)).toMatchObject({ state: 'sent', sent: 1 });
  });

  it('before it has made an issue leaves that to the tick of the next minute', async () => {
    const world = await atNoon();
    const mend = breaks(world, /"ISSUE#daily/);
    world.pass(HALF_AN_HOUR);
    await expect(world.tick()).rejects.toThrow('daily');
    expect(await slotsOf(world)).toEqual([]);
    mend();
    world.pass(MINUTE);
    await world.tick();
    expect(await slotsOf(world)).toEqual([SLOT]);
  });

  it('at one edition still starts the other editions, sweeps, and says which edition failed', async () => {
    let lost = 0;
    const world = await atNoon({
      config: withEditions({ id: 'broken' }, { id: 'daily' }),
      // Only the sweep finds the issue again.
      faults: { lose: ({ kind }) => kind === 'compose' && lost++ === 0 },
    });
    const { schedules } = world.services;
    const followed = await schedules.followed('broken');
    if (!followed) throw new Error('the schedule was not followed');
    await schedules.follow('broken', { ...followed, through: 'yesterday' as unknown as number });
    world.pass(HALF_AN_HOUR);
    await expect(world.tick()).rejects.toThrow('could not be followed: broken');
    await world.queue.drain();
    expect(await slotsOf(world)).toEqual([SLOT]);
    expect(digestsTo(world, READER)).toHaveLength(1);
    expect(errors(world).map(({ fields }) => fields)).toEqual([
      { edition: 'broken', error: expect.any(Error) },
    ]);
  });

  it('in the sweep has already started the issues that are due', async () => {
    const world = await atNoon();
    breaks(world, /^QueryCommand .*"OUTBOX"/);
    world.pass(HALF_AN_HOUR);
    await expect(world.tick()).rejects.toThrow('OUTBOX');
    await world.queue.drain();
    expect(await slotsOf(world)).toEqual([SLOT]);
    expect(digestsTo(world, READER)).toHaveLength(1);
  });

  it('at an edition and in the sweep names both errors', async () => {
    const world = await atNoon({ config: withEditions({}) });
    breaks(world, /"SCHEDULE"|"OUTBOX"/);
    await expect(world.tick()).rejects.toThrow(
      /these editions could not be followed: daily; broken by the test: .*OUTBOX/,
    );
  });
});
