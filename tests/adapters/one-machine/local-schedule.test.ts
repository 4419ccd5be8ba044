import { expect, it } from 'vitest';
import { localSchedule } from '../../../functions/adapters/one-machine/local-schedule.ts';
import { withEditions } from '../../support/editions.ts';
import { setUp, useDatabase, type World } from '../../support/installation.ts';
import { digestsTo, postStory, slotsOf, subscribe } from '../../support/newsroom.ts';

useDatabase();

/** Half past seven in New York is 12:30 UTC in November; the clock starts at noon. */
const HOUR = 3600_000;

it('starts an edition at its local time, once', async () => {
  const world = await setUp();
  const schedule = world.schedule();
  await schedule.tick();
  world.pass(30 * 60_000 - 1);
  await schedule.tick();
  expect(await slotsOf(world)).toEqual([]);
  world.pass(1);
  for (let i = 0; i < 3; i++) await schedule.tick();
  expect(await slotsOf(world)).toEqual(['2026-11-22-0730']);
});

it('a process that starts anew starts nothing twice', async () => {
  const world = await setUp();
  await world.schedule().tick();
  world.pass(HOUR);
  await world.schedule().tick();
  await world.schedule().tick();
  expect(await slotsOf(world)).toEqual(['2026-11-22-0730']);
});

it('after an outage the last missed issue goes out, and one that is long past does not', async () => {
  const world = await setUp();
  await world.schedule().tick();
  world.pass(50 * HOUR);
  await world.schedule().tick();
  expect(await slotsOf(world)).toEqual(['2026-11-24-0730']);
  world.pass(44 * HOUR);
  await world.schedule().tick();
  expect(await slotsOf(world)).toEqual(['2026-11-24-0730']);
  expect(world.log.lines.some(({ message }) => message.includes('left out'))).toBe(true);
});

it('a new installation sends nothing for the hours before it', async () => {
  const world = await setUp();
  world.pass(HOUR);
  for (let i = 0; i < 2; i++) await world.schedule().tick();
  expect(await slotsOf(world)).toEqual([]);
});

it('a schedule that was changed starts nothing for the hours before the change', async () => {
  const world = await setUp();
  await world.schedule().tick();
  const publication = structuredClone(world.config.publication);
  const [daily] = publication.editions;
  if (daily) daily.cron = '50 6 * * *';
  const changed = await setUp({ sharing: world, config: { publication } });
  for (let i = 0; i < 2; i++) await changed.schedule().tick();
  expect(await slotsOf(changed)).toEqual([]);
  changed.pass(24 * HOUR);
  await changed.schedule().tick();
  expect(await slotsOf(changed)).toEqual(['2026-11-23-0650']);
});

it('a clock that was ahead for a while costs no issue once it is right again', async () => {
  const world = await setUp();
  const schedule = world.schedule();
  await schedule.tick();
  world.pass(365 * 24 * HOUR);
  await schedule.tick();
  world.pass(-365 * 24 * HOUR);
  await schedule.tick();
  world.pass(HOUR);
  await schedule.tick();
  world.pass(24 * HOUR);
  await world.schedule().tick();
  expect(await slotsOf(world)).toEqual(['2026-11-23-0730', '2026-11-22-0730']);
  const warnings = world.log.lines.filter(({ message }) => message.includes('followed into the future'));
  expect(warnings.map(({ fields }) => fields)).toContainEqual({
    edition: 'daily',
    through: '2027-11-21T12:30:00.000Z',
  });
});

it('an edition whose schedule fails costs the others and the sweep nothing', async () => {
  let lost = 0;
  const world = await setUp({
    config: withEditions({ id: 'broken' }, { id: 'daily' }),
    // Only the sweep finds the issue again.
    faults: { lose: ({ kind }) => kind === 'compose' && lost++ === 0 },
  });
  await world.schedule().tick();
  const { schedules } = world.services;
  const followed = await schedules.followed('broken');
  if (!followed) throw new Error('the schedule was not followed');
  await schedules.follow('broken', { ...followed, through: 'yesterday' as unknown as number });
  await postStory(world);
  await subscribe(world, 'ana@reader.example');
  world.pass(HOUR);
  await world.schedule().tick();
  await world.queue.drain();
  expect(await slotsOf(world)).toEqual(['2026-11-22-0730']);
  expect(digestsTo(world, 'ana@reader.example')).toHaveLength(1);
  expect(world.log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([
    { edition: 'broken', error: expect.any(Error) },
  ]);
});

it('sweeps as each minute begins', async () => {
  const world: World = await setUp();
  let sweeps = 0;
  const { tick } = localSchedule({
    clock: world.now,
    log: world.log,
    startDue: async () => {},
    onMinute: async () => {
      sweeps += 1;
    },
  });
  world.pass(50_000);
  await tick();
  await tick();
  expect(sweeps).toBe(1);
  world.pass(10_000);
  await tick();
  expect(sweeps).toBe(2);
  world.pass(-3600_000);
  await tick();
  expect(sweeps).toBe(3);
});
