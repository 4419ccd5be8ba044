import { describe, expect, test } from 'vitest';
import { newIssue } from '../../functions/newsletter/issue.ts';
import { runTick } from '../../functions/work/run-tick.ts';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { issue, postStory } from '../support/newsroom.ts';
import { FAULTS } from '../support/provider.ts';
import { addReaders } from '../support/readers.ts';
import { PLAIN_TEMPLATES } from '../support/templates.ts';
import { atTheHour, DUE, HOUR, ID, MINUTE, minute, minutes, ofEdition, ofIssue, told } from './minutes.ts';

/**
 * What was due and did not happen is told: a line of the log that comes once, a state in the API, and numbers for the
 * alarms.
 */

describe('an issue that goes out', () => {
  test('is no trouble in any minute', async () => {
    const world = await atTheHour({}, 8);
    for (let each = 0; each < 5; each++)
      expect(await minute(world)).toMatchObject({ edition: 'daily', late: 0, missed: 0 });
    expect(await issue(world, ID)).toMatchObject({ state: 'sent', sent: 8 });
    expect(told(world)).toEqual([]);
    expect(await ofIssue(world)).toBeUndefined();
    expect(await ofEdition(world)).toEqual([]);
  });
});

describe('an issue that cannot be composed', () => {
  test('is told within a minute, with the reason, and goes out when the cause is mended', async () => {
    const broken = { ...PLAIN_TEMPLATES, mjml: { ...PLAIN_TEMPLATES.mjml, digest: '{% if %}' } };
    const world = await atTheHour({ templates: broken });
    await minute(world);
    expect(await minute(world)).toMatchObject({ edition: 'daily', late: 1, missed: 0 });
    expect(told(world)).toMatchObject([
      {
        message: 'an issue cannot be composed, so no reader gets it; it is tried again every minute',
        ...{
          issue: ID,
          trouble: 'not-composed',
          reason: expect.stringContaining('its mails cannot be made: '),
        },
      },
    ]);
    expect(await ofIssue(world)).toMatchObject({ kind: 'not-composed' });
    await minutes(world, 3);
    expect(told(world)).toHaveLength(1);
    const mended = await setUp({ sharing: world, config: world.config });
    await minutes(mended, 2);
    expect(await minutes(mended, 1)).toMatchObject({ edition: 'daily', late: 0, missed: 0 });
    expect(await issue(mended, ID)).toMatchObject({ state: 'sent', sent: 1 });
  });

  test('because the queue loses its messages is told three minutes after the hour', async () => {
    const world = await atTheHour({ faults: { lose: ({ kind }) => kind === 'compose' } });
    await minutes(world, 4);
    expect(told(world)).toMatchObject([
      { trouble: 'unsent', reason: 'it is not composed yet, and no error is known' },
    ]);
  });
});

describe('a slot that nobody gets mail for', () => {
  test('because there is no story is told once, as missed', async () => {
    const world = await setUp({ config: withEditions({}) });
    await world.tick();
    world.pass(30 * MINUTE);
    await minute(world);
    expect(await minute(world)).toMatchObject({ edition: 'daily', late: 0, missed: 1 });
    expect(await minutes(world, 3)).toMatchObject({ edition: 'daily', late: 0, missed: 0 });
    expect(told(world)).toMatchObject([
      {
        message: 'an issue that was due is not sent',
        ...{ issue: ID, trouble: 'skipped', reason: expect.stringContaining('0 new stories since') },
      },
    ]);
    expect(await ofEdition(world)).toMatchObject([{ kind: 'skipped', issue: ID }]);
    await postStory(world);
    world.pass(24 * HOUR - 5 * MINUTE);
    await minutes(world, 2);
    expect(await ofEdition(world)).toEqual([]);
  });

  test('because its hour was seven hours ago is told once, as missed', async () => {
    const world = await atTheHour();
    world.pass(7 * HOUR);
    expect(await minute(world)).toMatchObject({ edition: 'daily', late: 0, missed: 1 });
    expect(await minutes(world, 3)).toMatchObject({ edition: 'daily', late: 0, missed: 0 });
    const reason = `it was due at ${DUE}, and could not be started within 6 hours; its stories are in the next issue`;
    expect(told(world)).toEqual([
      {
        ...{ message: 'an issue was left out: its time was long past', edition: 'daily' },
        ...{ trouble: 'left-out', since: DUE, reason },
      },
    ]);
    expect(await ofEdition(world)).toEqual([{ kind: 'left-out', since: DUE, reason }]);
    world.pass(17 * HOUR);
    await minutes(world, 2);
    expect(await ofEdition(world)).toEqual([]);
  });

  test('because an editor held its draft is no trouble', async () => {
    const review = { editors: ['ana@paper.example'], minutesBefore: 5, otherwise: 'send' as const };
    const world = await atTheHour({ config: withEditions({ review }) });
    world.pass(-5 * MINUTE);
    await minutes(world, 2);
    expect((await world.edit('POST', `/api/issues/${ID}/hold`)).status).toBe(200);
    await minutes(world, 10);
    expect(await ofIssue(world)).toBeUndefined();
    world.pass(6 * HOUR);
    await minutes(world, 3);
    expect(await issue(world, ID)).toMatchObject({ state: 'skipped' });
    expect(told(world)).toEqual([]);
  });

  test('because no editor approves its draft is told two minutes after its hour', async () => {
    const review = { editors: ['ana@paper.example'], minutesBefore: 5, otherwise: 'hold' as const };
    const world = await atTheHour({ config: withEditions({ review }) });
    world.pass(-5 * MINUTE);
    await minutes(world, 8);
    expect(told(world)).toMatchObject([
      { trouble: 'unsent', since: DUE, reason: 'its draft waits for an editor to approve it' },
    ]);
  });
});

test('an issue that an editor sends and that has no story is no trouble, because the answer says so', async () => {
  const world = await setUp({ config: withEditions({}) });
  await world.edit('POST', '/api/editions/daily/issues', { slot: 'now' });
  await minutes(world, 3);
  expect(await issue(world, 'daily.now')).toMatchObject({ state: 'skipped' });
  expect(told(world)).toEqual([]);
});

test('a stopped issue counts as late until it is resumed', async () => {
  const world = await atTheHour({ provider: () => FAULTS.revoked });
  await minutes(world, 2);
  expect(await minute(world)).toMatchObject({ late: 1 });
  expect(await ofEdition(world)).toMatchObject([{ kind: 'stopped', issue: ID }]);
});

test('readers who get the issue at their own hour are no trouble before that hour', async () => {
  const world = await atTheHour({ config: withEditions({ readerHour: true }) });
  await addReaders(world, 1, () => ({
    id: 'west',
    email: 'west@reader.example',
    timeZone: 'America/Los_Angeles',
  }));
  for (let each = 0; each < 30; each++) expect(await minute(world)).toMatchObject({ late: 0 });
  expect(await issue(world, ID)).toMatchObject({ state: 'sending', sent: 1 });
});

test('one failure of composing is no trouble a few minutes later, when the next attempts have not failed', async () => {
  const review = { editors: ['ana@paper.example'], minutesBefore: 60, otherwise: 'hold' as const };
  const world = await atTheHour({ config: withEditions({ review }) });
  world.pass(-30 * MINUTE);
  await minutes(world, 2);
  const { issues } = world.services;
  const ref = { edition: 'daily', slot: '2026-11-22-0730' };
  const at = new Date(world.now()).toISOString();
  const { composition } = (await issues.get(ref)) ?? { composition: -1 };
  await issues.noteComposeFailure(ref, { at, since: at, reason: 'a read was throttled', composition });
  expect(await minute(world)).toMatchObject({ late: 1 });
  expect(await minutes(world, 4)).toMatchObject({ late: 0 });
  expect(await ofIssue(world)).toBeUndefined();
});

test('what was skipped shows until an issue is sent, and nothing says that it goes on', async () => {
  const world = await setUp({ config: withEditions({ cron: '30 7 * * 0' }) });
  await world.tick();
  world.pass(30 * MINUTE);
  await minutes(world, 3);
  world.pass(72 * HOUR);
  expect(await minutes(world, 2)).toMatchObject({ late: 0, missed: 0 });
  expect(await ofEdition(world)).toMatchObject([{ kind: 'skipped' }]);
  expect(world.log.lines.map(({ message }) => message)).not.toContain('an issue goes on again');
});

test('a slot that was used for a skipped issue before its hour is told at its hour', async () => {
  const world = await setUp({ config: withEditions({}) });
  await world.tick();
  const { issues } = world.services;
  const now = new Date(world.now()).toISOString();
  const early = newIssue({ edition: 'daily', slot: '2026-11-22-0730', scheduledAt: now, createdAt: now });
  await issues.create({ ...early, state: 'skipped', reason: '0 new stories' });
  world.pass(30 * MINUTE);
  await minutes(world, 3);
  // The line has no `trouble`, so on AWS the alarm TickLogErrors goes off at it.
  expect(world.log.lines.filter(({ level, fields }) => level === 'error' && !fields?.trouble)).toMatchObject([
    { message: 'an issue that was due is not sent: an editor used its slot for an issue that was skipped' },
  ]);
});

test('an edition whose schedule cannot be followed is late, and the API says so', async () => {
  const world = await setUp({ config: withEditions({}) });
  await world.tick();
  const { schedules } = world.services;
  const followed = await schedules.followed('daily');
  if (!followed) throw new Error('the schedule was not followed');
  await schedules.follow('daily', { ...followed, through: 'yesterday' as unknown as number });
  const states: unknown[] = [];
  await expect(
    runTick({ ...world.services, report: (state) => 'edition' in state && states.push(state) }),
  ).rejects.toThrow('could not be followed: daily');
  expect(states).toEqual([{ edition: 'daily', late: 1, missed: 0 }]);
  expect(await ofEdition(world)).toMatchObject([
    { kind: 'unsent', reason: 'its issue could not be started; the log has the error' },
  ]);
});
