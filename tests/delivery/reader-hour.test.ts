import { expect, it } from 'vitest';
import type { EditionSettings } from '../../functions/settings/publication.ts';
import { testConfig } from '../support/config.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory } from '../support/newsroom.ts';
import { addReaders, digestCounts, onceEach } from '../support/readers.ts';

const QUARTER = 15 * 60_000;
const HALF_HOUR = 2 * QUARTER;
const HOUR = 4 * QUARTER;

/**
 * Starts the daily at the hour of the slot in Tokyo or another zone. Readers get it at that hour in their own zones, or
 * at once without `withWait`. `times` returns when the mails of the zones arrived.
 */
async function readersIn(
  zones: (string | undefined)[],
  slot: string,
  tokyo: string,
  withWait = true,
  timeZone = 'Asia/Tokyo',
) {
  const { publication } = testConfig();
  const cron = `${Number(slot.slice(-2))} ${Number(slot.slice(-4, -2))} * * *`;
  const editions = publication.editions.map(
    (edition): EditionSettings =>
      edition.id === 'daily' ? { ...edition, cron, timeZone, readerHour: withWait } : edition,
  );
  const arrived = new Map<string, string>();
  const world: World = await setUp({
    config: { publication: { ...publication, editions } },
    provider: ({ to }) => {
      for (const address of to) arrived.set(address, new Date(world.now()).toISOString());
      return undefined;
    },
  });
  world.time.now = Date.parse(tokyo) - 5 * 60_000;
  await postStory(world);
  const readers = await addReaders(world, zones.length, (index) =>
    zones[index] === undefined ? {} : { timeZone: zones[index] },
  );
  await world.tick();
  world.time.now = Date.parse(tokyo);
  await world.tick();
  await world.queue.drain();
  const times = () =>
    Object.fromEntries(readers.map(({ email }, index) => [zones[index] ?? 'none', arrived.get(email)]));
  return { world, readers, times, id: `daily.${slot}` };
}

/** Lets hours pass, and sweeps at each step of them. */
async function hours(world: World, count: number, step = HOUR): Promise<void> {
  for (let passed = 0; passed < count * HOUR; passed += step) {
    world.pass(step);
    await world.sweep();
    await world.queue.drain();
  }
}

it('each reader gets the issue once when their own clock shows its hour, and readers further east get it at once', async () => {
  const zones = [
    undefined,
    'Asia/Tokyo',
    'Pacific/Auckland',
    'Asia/Kathmandu',
    'Europe/Madrid',
    'America/New_York',
    'Pacific/Honolulu',
  ];
  const { world, readers, times, id } = await readersIn(zones, '2026-11-23-0730', '2026-11-22T22:30:00.000Z');
  expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 7, sent: 3 });
  // The clocks of Kathmandu differ by a quarter of an hour, so each step is a quarter.
  await hours(world, 4, QUARTER);
  await hours(world, 16);
  expect(times()).toEqual({
    none: '2026-11-22T22:30:00.000Z',
    'Asia/Tokyo': '2026-11-22T22:30:00.000Z',
    'Pacific/Auckland': '2026-11-22T22:30:00.000Z',
    'Asia/Kathmandu': '2026-11-23T01:45:00.000Z',
    'Europe/Madrid': '2026-11-23T06:30:00.000Z',
    'America/New_York': '2026-11-23T12:30:00.000Z',
    'Pacific/Honolulu': '2026-11-23T17:30:00.000Z',
  });
  expect(digestCounts(world)).toEqual(onceEach(readers));
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 7, sent: 7 });
});

it('a reader gets the issue right after a change of clocks that skips its hour, and the first time if the hour comes twice', async () => {
  const skipped = await readersIn(['America/New_York'], '2027-03-14-0230', '2027-03-13T17:30:00.000Z');
  await hours(skipped.world, 15, HALF_HOUR);
  // 02:00 EST is 03:00 EDT.
  expect(skipped.times()).toEqual({ 'America/New_York': '2027-03-14T07:00:00.000Z' });
  expect(digestCounts(skipped.world)).toEqual(onceEach(skipped.readers));

  const repeated = await readersIn(
    ['America/New_York', 'Europe/Madrid'],
    '2026-11-01-0130',
    '2026-10-31T16:30:00.000Z',
  );
  await hours(repeated.world, 15, HALF_HOUR);
  expect(repeated.times()).toEqual({
    'Europe/Madrid': '2026-11-01T00:30:00.000Z',
    'America/New_York': '2026-11-01T05:30:00.000Z',
  });
  expect(digestCounts(repeated.world)).toEqual(onceEach(repeated.readers));
});

it('an issue that waits for the hours of its readers says when the next and the last hour are, and the sweep leaves it alone', async () => {
  const { world, id } = await readersIn(
    ['Asia/Tokyo', 'Europe/Madrid', 'America/New_York'],
    '2026-11-23-0730',
    '2026-11-22T22:30:00.000Z',
  );
  await hours(world, 1);
  expect(await issue(world, id)).toMatchObject({
    state: 'sending',
    planned: 3,
    sent: 1,
    progress: {
      percent: 33,
      nextAt: '2026-11-23T06:30:00.000Z',
      endsAt: '2026-11-23T12:30:00.000Z',
      secondsLeft: 13 * 3600,
    },
  });
  await world.sweep();
  expect(world.queue.waiting()).toBe(0);
});

it('a reader who moves to another zone while the issue is being sent gets it once', async () => {
  const { world, readers } = await readersIn(
    ['Europe/Madrid', 'America/New_York'],
    '2026-11-23-0730',
    '2026-11-22T22:30:00.000Z',
  );
  const move = async (index: number, timeZone: string) => {
    const id = readers[index]?.id ?? '';
    const reader = await world.services.subscribers.get(id);
    if (!reader) throw new Error(`there is no ${id}`);
    const next = { ...reader, timeZone, version: reader.version + 1 };
    await world.services.subscribers.write(reader, next, {
      at: reader.updatedAt,
      what: 'preferences',
      editions: reader.editions,
    });
  };
  await move(0, 'Pacific/Honolulu');
  await hours(world, 9);
  await move(1, 'Asia/Tokyo');
  await move(0, 'Asia/Tokyo');
  await hours(world, 12);
  expect(digestCounts(world)).toEqual(onceEach(readers));
});

it('a reader who leaves before their hour gets no mail', async () => {
  const { world, readers, id } = await readersIn(
    ['Asia/Tokyo', 'America/New_York'],
    '2026-11-23-0730',
    '2026-11-22T22:30:00.000Z',
  );
  const [, later] = readers;
  const link = new URL(world.services.links.unsubscribe(later?.id ?? '', 'daily', 'https://paper.example'));
  await world.request(`${link.pathname}${link.search}`, { method: 'POST' });
  await hours(world, 15);
  expect(digestCounts(world)).toEqual(onceEach(readers.slice(0, 1)));
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 2, sent: 1, left: 1 });
});

it('all readers get an issue at once if readerHour is off, or if an editor sends the issue', async () => {
  const zones = ['Asia/Tokyo', 'America/New_York'];
  const tokyo = '2026-11-22T22:30:00.000Z';
  const off = await readersIn(zones, '2026-11-23-0730', tokyo, false);
  expect(off.times()).toEqual({ 'Asia/Tokyo': tokyo, 'America/New_York': tokyo });

  const on = await readersIn(zones, '2026-11-23-0730', tokyo);
  await postStory(on.world);
  on.world.pass(60_000);
  await on.world.edit('POST', '/api/editions/daily/issues', { slot: 'now' });
  await on.world.queue.drain();
  expect(digestCounts(on.world)).toEqual(
    new Map([
      ['reader-0@reader.example', 2],
      ['reader-1@reader.example', 1],
    ]),
  );
});

it.each([['2099-01-01-0730'], ['9999-12-31-2359']])(
  'an issue that an editor sends under the slot %s goes out at once, and not in that year',
  async (slot) => {
    const tokyo = '2026-11-22T22:30:00.000Z';
    const { world } = await readersIn(['Asia/Tokyo', 'America/New_York'], '2026-11-23-0730', tokyo);
    await postStory(world);
    world.pass(60_000);
    await world.edit('POST', '/api/editions/daily/issues', { slot });
    await world.queue.drain();
    expect(await issue(world, `daily.${slot}`)).toMatchObject({ state: 'sent', planned: 2, sent: 2 });
  },
);

it('readers from the first to the last time zone of the earth get each issue once, although two issues are being sent at a time', async () => {
  const zones = ['Pacific/Kiritimati', 'Pacific/Auckland', 'Pacific/Pago_Pago', 'Etc/GMT+12'];
  const monday = '2026-11-22T17:30:00.000Z';
  const tuesday = '2026-11-23T17:30:00.000Z';
  const { world, readers, times, id } = await readersIn(zones, '2026-11-23-0730', monday, true, zones[0]);
  expect(times()).toEqual({ 'Pacific/Kiritimati': monday });
  await hours(world, 23);
  await postStory(world);
  await hours(world, 1);
  expect(times()).toEqual({ 'Pacific/Kiritimati': monday, 'Pacific/Auckland': '2026-11-22T18:30:00.000Z' });
  expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 4, sent: 2 });

  expect(world.now()).toBe(Date.parse(tuesday));
  await world.tick();
  await world.queue.drain();
  await hours(world, 3);
  // The zones are UTC+14, UTC+13, UTC-11 and UTC-12. The last two have just got the first issue, and the first two the
  // second one.
  expect(times()).toEqual({
    'Pacific/Kiritimati': tuesday,
    'Pacific/Auckland': '2026-11-23T18:30:00.000Z',
    'Pacific/Pago_Pago': '2026-11-23T18:30:00.000Z',
    'Etc/GMT+12': '2026-11-23T19:30:00.000Z',
  });
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 4, sent: 4 });
  expect([...digestCounts(world).values()].toSorted()).toEqual([1, 1, 2, 2]);
  await hours(world, 24);
  expect(times()).toMatchObject({
    'Pacific/Pago_Pago': '2026-11-24T18:30:00.000Z',
    'Etc/GMT+12': '2026-11-24T19:30:00.000Z',
  });
  expect(digestCounts(world)).toEqual(new Map(readers.map(({ email }) => [email, 2])));
});
