import { expect, it } from 'vitest';
import { localSchedule } from '../../functions/adapters/local-schedule.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';

useDatabase();

/** Half past seven in New York is 12:30 UTC in November; the clock starts at noon. */
function scheduled(world: World): { tick: () => Promise<void>; due: string[]; sweeps: () => number } {
  const due: string[] = [];
  let sweeps = 0;
  const schedule = localSchedule({
    table: world.table,
    editions: world.config.publication.editions,
    clock: world.now,
    log: world.log,
    onDue: async (edition, scheduledAt) => void due.push(`${edition} ${scheduledAt}`),
    onMinute: async () => {
      sweeps += 1;
    },
  });
  return { tick: schedule.tick, due, sweeps: () => sweeps };
}

it('starts an edition at its local time, once', async () => {
  const world = await setUp();
  const { tick, due } = scheduled(world);
  await tick();
  expect(due).toEqual([]);
  world.pass(30 * 60_000);
  for (let i = 0; i < 3; i++) await tick();
  expect(due).toEqual(['daily 2026-11-22T12:30:00.000Z']);
});

it('after an outage the last missed issue goes out, and one that is long past does not', async () => {
  const world = await setUp();
  await scheduled(world).tick();
  world.pass(50 * 3600_000);
  const late = scheduled(world);
  await late.tick();
  expect(late.due).toEqual(['daily 2026-11-24T12:30:00.000Z']);
  world.pass(22 * 3600_000);
  const tooLate = scheduled(world);
  world.pass(22 * 3600_000);
  await tooLate.tick();
  expect(tooLate.due).toEqual([]);
  expect(world.log.lines.at(-1)?.message).toContain('left out');
});

it('a new installation sends nothing for the hours before it', async () => {
  const world = await setUp();
  world.pass(3600_000);
  const { tick, due } = scheduled(world);
  await tick();
  expect(due).toEqual([]);
});

it('sweeps every minute', async () => {
  const world = await setUp();
  const { tick, sweeps } = scheduled(world);
  await tick();
  await tick();
  expect(sweeps()).toBe(1);
  world.pass(60_000);
  await tick();
  expect(sweeps()).toBe(2);
});
