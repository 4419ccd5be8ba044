import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { BroadsheetFunction } from './functions.ts';

/**
 * A tick that fails is not repeated: the next one comes within a minute and does what this one should have done. A
 * minute is the shortest age that Scheduler and Lambda accept.
 */
export const NOT_RETRIED = { maxEventAge: Duration.minutes(1), retryAttempts: 0 };

/**
 * The one clock: a schedule that calls the tick function once in every minute, at some second of that minute. The function
 * decides from the settings which editions are due. So the stack has no schedule for an edition.
 */
export class Clock extends Construct {
  constructor(scope: Construct, id: string, { tick }: { tick: BroadsheetFunction }) {
    super(scope, id);
    // By default CDK leaves the group behind when the stack is deleted. A second deployment could then not create it.
    const scheduleGroup = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', {
      description: 'Calls the tick function, for this group of schedules only',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': scheduleGroup.scheduleGroupArn,
          },
        },
      }),
    });
    new Schedule(this, 'EveryMinute', {
      description: 'One tick a minute: starts the issues that are due, and sweeps up what was left',
      scheduleGroup,
      // A rate would count its minutes from the time of the deployment. A cron expression counts the minutes of the clock.
      schedule: ScheduleExpression.expression('cron(* * * * ? *)'),
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(tick.lambda, {
        role,
        input: ScheduleTargetInput.fromObject({ kind: 'tick' }),
        ...NOT_RETRIED,
      }),
    });
  }
}
