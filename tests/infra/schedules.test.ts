import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import publication from '../../broadsheet.config.ts';
import { eventBridgeCrons } from '../../infra/eventbridge-cron.ts';
import { BroadsheetFunction } from '../../infra/functions.ts';
import { type ScheduledEdition, Schedules } from '../../infra/schedules.ts';
import type { Resource } from './policy.ts';
import { only, quickApp, resourcesOf, synthesize } from './synthesized.ts';

const template = synthesize();
const schedules = Object.values(resourcesOf(template, 'AWS::Scheduler::Schedule')).map(
  ({ Properties }) => Properties,
);
const inputOf = (schedule: Resource['Properties']) => JSON.parse(schedule.Target.Input);

describe.each(publication.editions)('the edition $id', (edition) => {
  const own = schedules.filter((schedule) => inputOf(schedule).edition === edition.id);

  test('has one schedule, at its hour in its own time zone', () => {
    expect(own).toHaveLength(1);
    expect(own[0].ScheduleExpression).toBe(`cron(${eventBridgeCrons(edition.cron)[0]})`);
    expect(own[0].ScheduleExpressionTimezone).toBe(edition.timeZone);
    expect(own[0].FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
  });

  test('calls the tick function with the time that it was due', () => {
    expect(own[0].Target.Arn).toEqual({ 'Fn::GetAtt': [expect.stringMatching('^TickFunction'), 'Arn'] });
    expect(inputOf(own[0])).toEqual({
      kind: 'issue',
      edition: edition.id,
      scheduledAt: '<aws.scheduler.scheduled-time>',
    });
  });

  test('is tried for six hours', () => {
    expect(own[0].Target.RetryPolicy).toEqual({
      MaximumEventAgeInSeconds: 6 * 3600,
      MaximumRetryAttempts: 185,
    });
  });
});

test('the tick function sweeps every minute', () => {
  const sweeps = schedules.filter((schedule) => inputOf(schedule).kind === 'sweep');
  expect(sweeps).toHaveLength(1);
  expect(sweeps[0].ScheduleExpression).toBe('rate(1 minute)');
  expect(inputOf(sweeps[0])).toEqual({ kind: 'sweep' });
});

test('no schedule calls anything else, and what it cannot call is kept', () => {
  expect(schedules).toHaveLength(publication.editions.length + 1);
  for (const { State, Target } of schedules) {
    expect(State).toBe('ENABLED');
    expect(Target.DeadLetterConfig.Arn).toEqual({
      'Fn::GetAtt': [expect.stringMatching('^QueuesMissedTicks'), 'Arn'],
    });
  }
});

test('their role calls the tick function, for these schedules only', () => {
  const role = only(template, 'AWS::IAM::Role', 'Schedules').Properties;
  expect(role.AssumeRolePolicyDocument.Statement).toHaveLength(1);
  expect(role.AssumeRolePolicyDocument.Statement[0]).toMatchObject({
    Principal: { Service: 'scheduler.amazonaws.com' },
    Condition: {
      StringEquals: {
        'aws:SourceAccount': { Ref: 'AWS::AccountId' },
        'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching('^SchedulesGroup'), 'Arn'] },
      },
    },
  });
  const { Statement } = only(template, 'AWS::IAM::Policy', 'Schedules').Properties.PolicyDocument;
  expect(Statement.map(({ Action }: { Action: string }) => Action)).toEqual([
    'lambda:InvokeFunction',
    'sqs:SendMessage',
  ]);
  expect(JSON.stringify(Statement[0].Resource)).toMatch(/TickFunction/);
});

describe('other editions', () => {
  const scheduled = (edition: Partial<ScheduledEdition>) => {
    const stack = new Stack(quickApp(), 'Other');
    new Schedules(stack, 'Schedules', {
      tick: new BroadsheetFunction(stack, 'Tick', { name: 'tick', environment: {} }),
      missedTicks: new Queue(stack, 'Missed'),
      editions: [{ id: 'other', cron: '0 9 * * *', timeZone: 'Europe/Madrid', ...edition }],
    });
    return Object.values(resourcesOf(Template.fromStack(stack), 'AWS::Scheduler::Schedule'))
      .filter(({ Properties }) => inputOf(Properties).kind === 'issue')
      .map(({ Properties }) => Properties.ScheduleExpression);
  };

  test('a cron of a day or a weekday makes two schedules of one edition', () => {
    expect(scheduled({ cron: '0 9 1 * 1' })).toEqual(['cron(0 9 1 * ? *)', 'cron(0 9 ? * MON *)']);
  });

  test('a cron that EventBridge cannot say is refused, with its edition', () => {
    expect(() => scheduled({ cron: '0 9 15W * *' })).toThrow(
      'broadsheet.config.ts, edition "other", cron "0 9 15W * *"',
    );
  });

  test.each([
    ['+02:00', 'Scheduler wants a name such as "America/New_York"'],
    ['europe/madrid', 'Scheduler wants "Europe/Madrid"'],
  ])('the time zone %s, which Node takes and Scheduler does not, is refused', (timeZone, message) => {
    expect(() => scheduled({ timeZone })).toThrow(message);
  });
});
