import { describe, expect, test } from 'vitest';
import { mailerOf } from '../../functions/start/aws-mailer.ts';
import { testConfig } from '../support/config.ts';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { issue } from '../support/newsroom.ts';
import { FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { addReaders } from '../support/readers.ts';
import { atTheHour, DUE, ID, minute, minutes, ofEdition, ofIssue, told } from './minutes.ts';

/** What is told while the mail provider takes nothing, or refuses. */

describe('a provider that takes nothing', () => {
  const answers: [string, Fault, string][] = [
    ['answers 500', FAULTS.serverError, 'internal_server_error'],
    ['answers 429', throttledFor(20), 'rate_limit_exceeded'],
    ['drops connections', FAULTS.dropped, 'application_error'],
  ];
  test.each(answers)(
    'and %s is told three minutes after the hour, with its last answer, and once',
    async (_, fault, name) => {
      let down = true;
      const world = await atTheHour({ provider: () => (down ? fault : undefined) });
      expect(await minutes(world, 2)).toMatchObject({ late: 0 });
      expect(told(world)).toEqual([]);
      expect(await minutes(world, 2)).toMatchObject({ edition: 'daily', late: 1, missed: 0 });
      const reason = expect.stringMatching(
        new RegExp(
          `^the last request to the mail provider failed at 2026-11-22T12:3\\d:\\d\\d.000Z: .*${name}`,
        ),
      );
      expect(told(world)).toEqual([
        {
          ...{ message: 'an issue is due and no reader has it yet', edition: 'daily', issue: ID },
          ...{ trouble: 'unsent', since: DUE, reason, planned: 1, sent: 0 },
        },
      ]);
      expect(await ofIssue(world)).toEqual({ kind: 'unsent', since: DUE, reason });
      expect(await ofEdition(world)).toEqual([{ kind: 'unsent', since: DUE, reason, issue: ID }]);
      await minutes(world, 5);
      expect(told(world)).toHaveLength(1);
      down = false;
      expect(await minutes(world, 20)).toMatchObject({ edition: 'daily', late: 0, missed: 0 });
      expect(await issue(world, ID)).toMatchObject({ state: 'sent', sent: 1 });
      expect(await ofIssue(world)).toBeUndefined();
      expect(told(world)).toHaveLength(1);
    },
  );

  test('after a part of the readers is told when it has accepted nothing for ten minutes', async () => {
    let taken = 0;
    const world = await atTheHour({ provider: () => (++taken > 3 ? FAULTS.serverError : undefined) }, 8);
    expect(await minutes(world, 9)).toMatchObject({ late: 0 });
    expect(told(world)).toEqual([]);
    expect(await minutes(world, 4)).toMatchObject({ late: 1 });
    expect(told(world)).toMatchObject([
      { trouble: 'stalled', reason: expect.stringContaining('internal_server_error') },
    ]);
    expect(await ofIssue(world)).toMatchObject({ kind: 'stalled' });
    taken = Number.NEGATIVE_INFINITY;
    expect(await minutes(world, 20)).toMatchObject({ late: 0 });
    expect(await issue(world, ID)).toMatchObject({ state: 'sent', sent: 8 });
  });
});

test('a provider that takes nothing is one trouble, however many hours of readers come meanwhile', async () => {
  let down = false;
  const world = await atTheHour({
    config: withEditions({ readerHour: true }),
    provider: () => (down ? FAULTS.serverError : undefined),
  });
  await addReaders(world, 2, (index) => ({
    ...{ id: `later-${index}`, email: `later-${index}@reader.example` },
    timeZone: ['America/Chicago', 'America/Denver'][index] ?? '',
  }));
  await minutes(world, 50);
  expect(await issue(world, ID)).toMatchObject({ state: 'sending', sent: 1 });
  down = true;
  expect(await minutes(world, 15)).toMatchObject({ late: 0 });
  const states = [];
  for (let each = 0; each < 70; each++) states.push((await minute(world)).late);
  // The readers in Chicago wait since 13:30, and those in Denver join them at 14:30.
  expect(states.slice(10).every((late) => late === 1)).toBe(true);
  expect(told(world)).toMatchObject([{ trouble: 'stalled', since: '2026-11-22T13:30:00.000Z' }]);
});

test('an issue that the provider refused to most readers is told once, although it has ended', async () => {
  const body = JSON.stringify({ statusCode: 422, name: 'validation_error', message: 'Invalid headers' });
  const world = await atTheHour({ provider: () => ({ answer: { status: 422, body } }) }, 8);
  await minute(world);
  expect(await minute(world)).toMatchObject({ late: 0, missed: 1 });
  expect(await minutes(world, 3)).toMatchObject({ late: 0, missed: 0 });
  const reason =
    '8 of 8 readers did not get it, or nobody knows whether they did; the mail provider said: validation_error: Invalid headers';
  expect(told(world)).toMatchObject([{ message: 'most readers of an issue did not get it', reason }]);
  expect(await issue(world, ID)).toMatchObject({ state: 'sent', sent: 0, failed: 8 });
  expect(await ofEdition(world)).toMatchObject([{ kind: 'failed', reason, issue: ID }]);
  // Each batch has a line of its own, but at most one error a minute.
  const ofBatches = world.log.lines.filter(({ message }) => message.startsWith('a batch was refused'));
  expect(ofBatches.length).toBeGreaterThan(1);
  expect(ofBatches.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('a deployment without the key of the provider says so, and works on when it has the key', async () => {
  const lines: string[] = [];
  const log = { info: () => {}, warn: (line: string) => void lines.push(line), error: () => {} };
  const { resend: _, ...config } = testConfig();
  const world = await atTheHour({ mailer: mailerOf({ config, log }) });
  expect(lines).toEqual(['no mail is sent: the secret has no resendApiKey: it must have one to send mail']);
  await minutes(world, 5);
  const errors = world.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  expect(errors).toEqual(['an issue was stopped: the mail provider takes nothing from this account']);
  expect(await issue(world, ID)).toMatchObject({
    state: 'stopped',
    reason: 'the secret has no resendApiKey: it must have one to send mail',
  });
  const filledIn = await setUp({ sharing: world, config: world.config });
  expect((await filledIn.edit('POST', `/api/issues/${ID}/resume`)).status).toBe(202);
  await minutes(filledIn, 2);
  expect(await issue(filledIn, ID)).toMatchObject({ state: 'sent', sent: 1 });
});
