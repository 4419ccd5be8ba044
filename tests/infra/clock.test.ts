import { expect, test } from 'vitest';
import { only, resourcesOf, synthesize } from './synthesized.ts';

const template = synthesize();
const { ScheduleExpression, FlexibleTimeWindow, State, Target } = only(
  template,
  'AWS::Scheduler::Schedule',
).Properties;

test('there is one schedule, which calls the tick function at the beginning of every minute', () => {
  expect(Object.keys(resourcesOf(template, 'AWS::Scheduler::Schedule'))).toHaveLength(1);
  expect(State).toBe('ENABLED');
  // A rate would count its minutes from the time of the deployment.
  expect(ScheduleExpression).toBe('cron(* * * * ? *)');
  expect(FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
  expect(Target.Arn).toEqual({ 'Fn::GetAtt': [expect.stringMatching('^TickFunction'), 'Arn'] });
  expect(JSON.parse(Target.Input)).toEqual({ kind: 'tick' });
});

test('a tick that cannot be delivered or that fails is not repeated', () => {
  expect(Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
  expect(Target.DeadLetterConfig).toBeUndefined();
  expect(only(template, 'AWS::Lambda::EventInvokeConfig').Properties).toEqual({
    FunctionName: { Ref: expect.stringMatching('^TickFunction') },
    Qualifier: '$LATEST',
    MaximumEventAgeInSeconds: 60,
    MaximumRetryAttempts: 0,
  });
});

test('the role of the schedule may only call the tick function, and only this group of schedules may use the role', () => {
  const role = only(template, 'AWS::IAM::Role', 'Clock').Properties;
  expect(role.AssumeRolePolicyDocument.Statement).toHaveLength(1);
  expect(role.AssumeRolePolicyDocument.Statement[0]).toMatchObject({
    Principal: { Service: 'scheduler.amazonaws.com' },
    Condition: {
      StringEquals: {
        'aws:SourceAccount': { Ref: 'AWS::AccountId' },
        'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching('^ClockGroup'), 'Arn'] },
      },
    },
  });
  const { Statement } = only(template, 'AWS::IAM::Policy', 'Clock').Properties.PolicyDocument;
  expect(Statement.map(({ Action }: { Action: string }) => Action)).toEqual(['lambda:InvokeFunction']);
  expect(JSON.stringify(Statement[0].Resource)).toMatch(/TickFunction/);
});

test('the group of the schedule is deleted with the stack, so that the stack can be deployed again', () => {
  expect(only(template, 'AWS::Scheduler::ScheduleGroup').DeletionPolicy).toBe('Delete');
});
