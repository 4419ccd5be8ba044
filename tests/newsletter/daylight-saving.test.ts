import { describe, expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { digestsTo, type IssueView, postStory } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { daily, startedBy } from './started-by.ts';
import { every, HOUR, MINUTE, milliseconds } from './zones.ts';

/**
 * An edition is sent once a day at its local hour, also when the clocks change. Many zones and hours are tried on the
 * function that decides what is due. Two of them go through the whole installation.
 */

/**
 * Three days with a change of clocks in the middle. `morning` is when an edition of 07:30 is due. `hour` is a local
 * time that the change skips or repeats, and `odd` is when an edition of that hour is due. `again` is when a repeated
 * hour comes for the second time. All these times are in UTC, by the published rules of the zone.
 */
const EDGES: {
  zone: string;
  edge: string;
  hour: string;
  morning: string[];
  odd: [slot: string, at: string][];
  again?: string;
}[] = [
  {
    zone: 'America/New_York',
    edge: 'spring',
    hour: '02:30',
    morning: ['2027-03-13T12:30', '2027-03-14T11:30', '2027-03-15T11:30'],
    odd: [
      ['2027-03-13-0230', '2027-03-13T07:30'],
      ['2027-03-14-0300', '2027-03-14T07:00'],
      ['2027-03-15-0230', '2027-03-15T06:30'],
    ],
  },
  {
    zone: 'America/New_York',
    edge: 'autumn',
    hour: '01:30',
    morning: ['2026-10-31T11:30', '2026-11-01T12:30', '2026-11-02T12:30'],
    odd: [
      ['2026-10-31-0130', '2026-10-31T05:30'],
      ['2026-11-01-0130', '2026-11-01T05:30'],
      ['2026-11-02-0130', '2026-11-02T06:30'],
    ],
    again: '2026-11-01T06:30',
  },
  {
    zone: 'Europe/Madrid',
    edge: 'spring',
    hour: '02:30',
    morning: ['2027-03-27T06:30', '2027-03-28T05:30', '2027-03-29T05:30'],
    odd: [
      ['2027-03-27-0230', '2027-03-27T01:30'],
      ['2027-03-28-0300', '2027-03-28T01:00'],
      ['2027-03-29-0230', '2027-03-29T00:30'],
    ],
  },
  {
    zone: 'Europe/Madrid',
    edge: 'autumn',
    hour: '02:30',
    morning: ['2026-10-24T05:30', '2026-10-25T06:30', '2026-10-26T06:30'],
    odd: [
      ['2026-10-24-0230', '2026-10-24T00:30'],
      ['2026-10-25-0230', '2026-10-25T00:30'],
      ['2026-10-26-0230', '2026-10-26T01:30'],
    ],
    again: '2026-10-25T01:30',
  },
  {
    // Clocks here change by half an hour.
    zone: 'Australia/Lord_Howe',
    edge: 'spring',
    hour: '02:00',
    morning: ['2026-10-02T21:00', '2026-10-03T20:30', '2026-10-04T20:30'],
    odd: [
      ['2026-10-03-0200', '2026-10-02T15:30'],
      ['2026-10-04-0230', '2026-10-03T15:30'],
      ['2026-10-05-0200', '2026-10-04T15:00'],
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    edge: 'autumn',
    hour: '01:30',
    morning: ['2027-04-02T20:30', '2027-04-03T21:00', '2027-04-04T21:00'],
    odd: [
      ['2027-04-03-0130', '2027-04-02T14:30'],
      ['2027-04-04-0130', '2027-04-03T14:30'],
      ['2027-04-05-0130', '2027-04-04T15:00'],
    ],
    again: '2027-04-03T15:00',
  },
  {
    // Clocks here change at midnight: in spring the day begins at 01:00, and in autumn its last hour comes twice.
    zone: 'America/Santiago',
    edge: 'spring',
    hour: '00:30',
    morning: ['2026-09-05T11:30', '2026-09-06T10:30', '2026-09-07T10:30'],
    odd: [
      ['2026-09-05-0030', '2026-09-05T04:30'],
      ['2026-09-06-0100', '2026-09-06T04:00'],
      ['2026-09-07-0030', '2026-09-07T03:30'],
    ],
  },
  {
    zone: 'America/Santiago',
    edge: 'autumn',
    hour: '23:30',
    morning: ['2027-04-03T10:30', '2027-04-04T11:30', '2027-04-05T11:30'],
    odd: [
      ['2027-04-03-2330', '2027-04-04T02:30'],
      ['2027-04-04-2330', '2027-04-05T03:30'],
      ['2027-04-05-2330', '2027-04-06T03:30'],
    ],
    again: '2027-04-04T03:30',
  },
  {
    // The last hour of a Saturday is skipped, so an issue of 23:30 is due at the midnight at which the Sunday begins.
    zone: 'America/Scoresbysund',
    edge: 'spring',
    hour: '23:30',
    morning: ['2027-03-27T09:30', '2027-03-28T08:30', '2027-03-29T08:30'],
    odd: [
      ['2027-03-26-2330', '2027-03-27T01:30'],
      ['2027-03-28-0000', '2027-03-28T01:00'],
      ['2027-03-28-2330', '2027-03-29T00:30'],
    ],
  },
];
type Edge = (typeof EDGES)[number];

describe.each(EDGES)('in $zone in $edge, editions of 07:30 and of $hour', ({ zone, hour, morning, odd }) => {
  const dues = [...morning, ...odd.map(([, at]) => at)].map(milliseconds).sort((a, b) => a - b);
  const [first = 0, last = 0] = [dues[0], dues.at(-1)];

  it.each([
    ['every five minutes', 5 * MINUTE],
    ['every half hour', 30 * MINUTE],
  ])('have one issue a day at their local hour if there is a tick %s', (_, step) => {
    const ticks = every(step, first - HOUR, last + 3 * HOUR);
    expect(startedBy({ cron: daily('07:30'), timeZone: zone }, ticks)).toEqual(
      morning.map((at) => [expect.stringMatching(/-0730$/), at, at]),
    );
    expect(startedBy({ cron: daily(hour), timeZone: zone }, ticks)).toEqual(
      odd.map(([slot, at]) => [slot, at, at]),
    );
  });

  it('have one issue a day for their local hour, even if each tick comes two hours late', () => {
    const ticks = dues.map((at) => at + 2 * HOUR + 7 * MINUTE);
    for (const [wanted, cron] of [
      [morning, daily('07:30')],
      [odd.map(([, at]) => at), daily(hour)],
    ] as const) {
      const started = startedBy({ cron, timeZone: zone }, [first - HOUR, ...ticks]);
      expect(started.map(([, at]) => at)).toEqual(wanted);
    }
  });
});

const REPEATED = EDGES.flatMap(({ again, ...edge }) => (again ? [{ ...edge, again }] : []));

it.each(REPEATED)(
  'in $zone, an edition of $hour that is new just before $hour comes for the second time has its first issue the next day',
  ({ zone, hour, odd, again }) => {
    const from = milliseconds(again) - 15 * MINUTE;
    const ticks = every(5 * MINUTE, from, from + 26 * HOUR);
    const [next] = odd.filter(([, at]) => milliseconds(at) > from);
    expect(startedBy({ cron: daily(hour), timeZone: zone }, ticks).map(([, at]) => at)).toEqual([next?.[1]]);
  },
);

describe.each(EDGES.slice(0, 2))('the whole installation, in $zone in $edge', (edge) => {
  it('mails each of two editions once on the day of the change, at its hour', async () => {
    const { world, due } = await dayOfTheChange(edge);
    const around = due.flatMap((at) => [-30, 0, 30].map((minutes) => milliseconds(at) + minutes * MINUTE));
    for (const time of [...new Set(around)].sort((a, b) => a - b)) {
      world.time.now = time;
      await postStory(world);
      await world.tick();
      await world.queue.drain();
    }
    const [, [slot, at] = []] = edge.odd;
    const [, morning = ''] = edge.morning;
    expect(await startedAt(world, 'odd')).toEqual([[slot, at]]);
    expect(await startedAt(world, 'morning')).toEqual([[`${morning.slice(0, 10)}-0730`, morning]]);
    expect(digestsTo(world, READER).map(({ key }) => key.split('/')[1])).toEqual([
      `odd.${slot}`,
      `morning.${morning.slice(0, 10)}-0730`,
    ]);
  });
});

const READER = 'en@reader.example';

/** Sets up two editions and a reader of both, an hour before the first issue. `due`: when one can start, in UTC. */
async function dayOfTheChange({ zone, hour, morning, odd, again }: Edge) {
  const world = await setUp({
    config: withEditions(
      { id: 'morning', cron: daily('07:30'), timeZone: zone },
      { id: 'odd', cron: daily(hour), timeZone: zone },
    ),
  });
  const due = [odd[1]?.[1], morning[1], again].filter((at) => at !== undefined);
  world.time.now = Math.min(...due.map(milliseconds)) - HOUR;
  await storeReader(world, READER, { editions: ['morning', 'odd'] });
  await world.tick();
  return { world, due };
}

async function startedAt(
  world: Awaited<ReturnType<typeof setUp>>,
  edition: string,
): Promise<[slot: string, at: string][]> {
  const answer = await world.edit('GET', `/api/editions/${edition}/issues`);
  const { issues } = (await answer.json()) as { issues: (IssueView & { createdAt: string })[] };
  return issues.map(({ slot, createdAt }): [string, string] => [slot, createdAt.slice(0, 16)]).toReversed();
}
