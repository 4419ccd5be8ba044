import { expect, test } from 'vitest';
import { dynamoSchedules } from '../../functions/adapters/dynamo/dynamo-schedules.ts';
import { onlyIn } from '../infra/policy.ts';
import { type Deployment, EDITOR_TOKEN } from './deployment.ts';
import { request } from './lambda.ts';
import { newsroom } from './newsroom.ts';

/** The shipped tick function after outages and failures, and what the alarm for "nobody ticks" counts of it. */
export function tickTests(deployed: () => Deployment): void {
  const { drain } = newsroom(deployed, []);

  async function tickAt(time: string): Promise<void> {
    await deployed().setClock(Date.parse(time));
    await deployed().tick();
  }

  /** Returns the slots of the issues of the daily that the schedule has started since a day. */
  async function slotsSince(day: string): Promise<string[]> {
    const { bytes } = await request(deployed().lambda('Editor'), 'GET', '/api/editions/daily/issues', {
      headers: { authorization: `Bearer ${EDITOR_TOKEN}` },
    });
    const { issues } = JSON.parse(bytes.toString()) as { issues: { slot: string }[] };
    return issues.map(({ slot }) => slot).filter((slot) => /^\d/.test(slot) && slot >= day);
  }

  const linesOf = (message: string) =>
    deployed()
      .lambda('Tick')
      .lines()
      .filter((line) => JSON.parse(line).message === message);

  test('a tick function that was down for an hour catches up once', async () => {
    await tickAt('2026-11-24T12:29:00Z');
    for (const time of ['13:30:00', '13:31:00']) await tickAt(`2026-11-24T${time}Z`);
    await drain();
    expect(await slotsSince('2026-11-24')).toEqual(['2026-11-24-0730']);
  });

  test('a tick function that was down for more than six hours leaves the issue out, and logs that', async () => {
    for (const time of ['18:31:00', '18:32:00']) await tickAt(`2026-11-25T${time}Z`);
    expect(await slotsSince('2026-11-25')).toEqual([]);
    await expect
      .poll(() => linesOf('an issue was left out: its time was long past').at(-1))
      .toContain('"since":"2026-11-25T12:30:00.000Z"');
    // The alarms of the edition count the numbers in these lines.
    const daily = () =>
      linesOf('the state of an edition')
        .map((line) => JSON.parse(line))
        .filter(({ edition }) => edition === 'daily')
        .slice(-2)
        .map(({ late, missed }) => [late, missed]);
    await expect.poll(daily).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });

  test('a tick that fails at one edition fails the call, after it has started the others', async () => {
    const schedules = dynamoSchedules(deployed().table);
    const followed = await schedules.followed('weekly');
    if (!followed) throw new Error('the weekly is not followed');
    await schedules.follow('weekly', { ...followed, through: 'yesterday' as unknown as number });
    await expect(tickAt('2026-11-26T12:30:00Z')).rejects.toThrow('could not be followed: weekly');
    expect(await slotsSince('2026-11-26')).toEqual(['2026-11-26-0730']);
    await schedules.follow('weekly', followed);
    await tickAt('2026-11-26T12:31:00Z');
    await drain();
    expect(await slotsSince('2026-11-26')).toEqual(['2026-11-26-0730']);
  });

  test('an event that the function does not know fails', async () => {
    const unknown = deployed().lambda('Tick').invoke({ kind: 'unknown' });
    await expect(unknown).rejects.toThrow('the tick function does not know this event: {"kind":"unknown"}');
  });

  test('of all calls of the function in this file, only ticks that ended well wrote the line that the alarm counts', async () => {
    const { FilterPattern } = onlyIn(
      deployed().shipped.template,
      'AWS::Logs::MetricFilter',
      'AlarmsTicksFilter',
    ).Properties;
    const [, counted = ''] = /^\{ \$\.message = "(.+)" \}$/.exec(FilterPattern) ?? [];
    const ticks = deployed().ticksDone();
    expect(ticks).toBeGreaterThan(10);
    await expect.poll(() => linesOf(counted).length).toBe(ticks);
  });
}
