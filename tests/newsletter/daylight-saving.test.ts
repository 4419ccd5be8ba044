import { describe, expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { digestsTo, type IssueView, postStory, subscribe } from '../support/newsroom.ts';

useDatabase();

const READER = 'en@reader.example';
const HALF_AN_HOUR = 30 * 60_000;

/**
 * Three days with the change in the middle. `morning` is half past seven, `odd` the hour that is not there or is there
 * twice; both in UTC, as the rules of the zone have it, and `again` is when the odd hour comes for the second time.
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
    // Half an hour, not a whole one.
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
    // At midnight: the day begins at one o'clock, and the one in autumn ends twice.
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
    // The last hour of a Saturday is skipped: half past eleven that night is the midnight at which the Sunday begins.
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

const milliseconds = (utc: string) => Date.parse(`${utc}Z`);

/** Two editions in the zone, and a reader of both; an hour before the first issue of either. */
async function worldAt({ zone, hour, morning, odd }: Edge): Promise<World> {
  const edition = (id: string, [hours, minute]: string[]) => ({
    id,
    cron: `${Number(minute)} ${Number(hours)} * * *`,
    timeZone: zone,
  });
  const config = withEditions(edition('morning', ['07', '30']), edition('odd', hour.split(':')));
  const world = await setUp({ config });
  const first = [...morning, ...odd.map(([, at]) => at)].map(milliseconds).sort((a, b) => a - b)[0] ?? 0;
  world.time.now = first - 2 * HALF_AN_HOUR;
  await subscribe(world, READER, { editions: ['morning', 'odd'] });
  await world.schedule().tick();
  return world;
}

/** What the timer starts at a time, if anything: an edition and the time that it names. */
type Timer = (utc: string) => [edition: string, scheduledAt: string][];

/** Around every hour at which something may be due: a story, the timer, the schedule, and all that follows. */
async function threeDays(world: World, edge: Edge, timer: Timer = () => []): Promise<void> {
  const schedule = world.schedule();
  const due = [...edge.morning, ...edge.odd.map(([, at]) => at), ...(edge.again ? [edge.again] : [])];
  const around = due.flatMap((at) => [-1, 0, 1].map((steps) => milliseconds(at) + steps * HALF_AN_HOUR));
  for (const time of [...new Set(around)].sort((a, b) => a - b)) {
    world.time.now = time;
    await postStory(world);
    for (const [edition, scheduledAt] of timer(new Date(time).toISOString().slice(0, 16)))
      await world.startEdition(edition, scheduledAt);
    await schedule.tick();
    await world.queue.drain();
  }
}

async function startedAt(world: World, edition: string): Promise<[slot: string, at: string][]> {
  const answer = await world.edit('GET', `/api/editions/${edition}/issues`);
  const { issues } = (await answer.json()) as { issues: (IssueView & { createdAt: string })[] };
  return issues.map(({ slot, createdAt }): [string, string] => [slot, createdAt.slice(0, 16)]).toReversed();
}

async function expectOnceADay(world: World, { morning, odd }: Edge): Promise<void> {
  expect(await startedAt(world, 'odd')).toEqual(odd);
  const mornings = await startedAt(world, 'morning');
  expect(mornings.map(([, at]) => at)).toEqual(morning);
  for (const [slot] of mornings) expect(slot).toMatch(/-0730$/);
  const issues = digestsTo(world, READER).map(({ key }) => key.split('/')[1]);
  expect(new Set(issues).size).toBe(issues.length);
  for (const slot of [...mornings.map(([each]) => `morning.${each}`), ...odd.map(([each]) => `odd.${each}`)])
    expect(issues).toContain(slot);
}

describe.each(EDGES)('$zone in $edge', (edge) => {
  it(`half past seven stays half past seven, and ${edge.hour} comes once a day`, async () => {
    const world = await worldAt(edge);
    await threeDays(world, edge);
    await expectOnceADay(world, edge);
  });

  it('the same beside a timer that leaves out what is not there, and is called twice for what is', async () => {
    const world = await worldAt(edge);
    const { morning, odd, hour, again } = edge;
    const there = odd.filter(([slot]) => slot.endsWith(hour.replace(':', ''))).map(([, at]) => at);
    await threeDays(world, edge, (utc) => {
      const due: [string, string][] = [
        ...morning.map((at): [string, string] => ['morning', at]),
        ...[...there, ...(again ? [again] : [])].map((at): [string, string] => ['odd', at]),
      ];
      const now = due.filter(([, at]) => at === utc).map(([id, at]): [string, string] => [id, `${at}:00Z`]);
      return [...now, ...now];
    });
    await expectOnceADay(world, edge);
  });
});
