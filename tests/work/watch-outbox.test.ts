import { describe, expect, test } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { FAULTS } from '../support/provider.ts';
import { HOUR, minutes, told } from './minutes.ts';

/** What a change has to cause, and what has waited for too long. */

describe('a confirmation that the provider does not take', () => {
  const signUp = (world: World, email: string) =>
    world.request('/subscriptions', { method: 'POST', body: { email, editions: ['daily'], language: 'en' } });

  test('is told within five minutes and once, and counted as long as it waits', async () => {
    let down = true;
    const world = await setUp({
      config: withEditions({}),
      confirmations: () => (down ? FAULTS.serverError : undefined),
    });
    await signUp(world, 'ana@reader.example');
    expect(await minutes(world, 4)).toMatchObject({ waiting: 0 });
    expect(told(world)).toEqual([]);
    expect(await minutes(world, 2)).toMatchObject({ waiting: 1 });
    expect(told(world)).toMatchObject([
      {
        message: 'letters are not sent: sign-ups get no confirmation, or editors get no draft',
        ...{ trouble: 'outbox', waiting: 1, since: '2026-11-22T12:00:00.000Z' },
      },
    ]);
    await signUp(world, 'ben@reader.example');
    expect(await minutes(world, 10)).toMatchObject({ waiting: 2 });
    expect(told(world)).toHaveLength(1);
    // Those who wait later are told within an hour.
    await minutes(world, 50);
    expect(told(world).filter(({ trouble }) => trouble === 'outbox')).toMatchObject([
      { waiting: 1 },
      { waiting: 1, since: '2026-11-22T12:06:00.000Z' },
    ]);
    down = false;
    expect(await minutes(world, 2)).toMatchObject({ waiting: 0 });
    expect(world.mails).toHaveLength(2);
  });

  test('is given up after 23 hours, and the log says so', async () => {
    const world = await setUp({ config: withEditions({}), confirmations: () => FAULTS.serverError });
    await signUp(world, 'ana@reader.example');
    await minutes(world, 1);
    world.pass(23 * HOUR);
    expect(await minutes(world, 2)).toMatchObject({ waiting: 0 });
    expect(world.log.lines.map(({ message }) => message)).toContain(
      'a letter was given up: the mail provider did not take it for 23 hours',
    );
  });
});
