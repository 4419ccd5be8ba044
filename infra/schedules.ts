import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventBridgeCrons } from './eventbridge-cron.ts';
import type { BroadsheetFunction } from './functions.ts';

/** A morning's letter is worth sending until noon. Later a person decides: the missed tick is in its queue. */
export const LATEST_TICK = Duration.hours(6);

/** The most that Scheduler allows; LATEST_TICK ends it before. */
const RETRIES = 185;

/** Between a sweep that was lost and the next lies a minute: there is nothing to retry. */
const SWEEP_EVERY = Duration.minutes(1);

export type ScheduledEdition = { id: string; cron: string; timeZone: string };
type Props = { tick: BroadsheetFunction; editions: readonly ScheduledEdition[]; missedTicks: Queue };

/** When the tick function is called: at each edition's hours, in its own time zone, and every minute to sweep. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { tick, editions, missedTicks }: Props) {
    super(scope, id);
    const scheduleGroup = new ScheduleGroup(this, 'Group');
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
    const target = { role, deadLetterQueue: missedTicks };
    for (const edition of editions) {
      const timeZone = TimeZone.of(schedulerTimeZone(edition));
      for (const [index, cron] of eventBridgeCronsOf(edition).entries()) {
        new Schedule(this, index === 0 ? `Edition-${edition.id}` : `Edition-${edition.id}-${index + 1}`, {
          description: `Starts the issue of the edition "${edition.id}" that is due (${edition.cron})`,
          scheduleGroup,
          schedule: ScheduleExpression.expression(`cron(${cron})`, timeZone),
          // At the hour that readers were promised, not near it.
          timeWindow: TimeWindow.off(),
          target: new LambdaInvoke(tick.lambda, {
            ...target,
            maxEventAge: LATEST_TICK,
            retryAttempts: RETRIES,
            // The time it was due, not the time it is called: that names the slot, and so makes it one issue.
            input: ScheduleTargetInput.fromObject({
              kind: 'issue',
              edition: edition.id,
              scheduledAt: ContextAttribute.scheduledTime,
            }),
          }),
        });
      }
    }
    new Schedule(this, 'Sweep', {
      description: 'Finds what a lost message was for: outbox events, embargoes, open issues',
      scheduleGroup,
      schedule: ScheduleExpression.rate(SWEEP_EVERY),
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(tick.lambda, {
        ...target,
        maxEventAge: SWEEP_EVERY,
        retryAttempts: 0,
        input: ScheduleTargetInput.fromObject({ kind: 'sweep' }),
      }),
    });
  }
}

function eventBridgeCronsOf({ id, cron }: ScheduledEdition): string[] {
  try {
    return eventBridgeCrons(cron);
  } catch (error) {
    throw new Error(`broadsheet.config.ts, edition "${id}", cron "${cron}": ${(error as Error).message}`);
  }
}

/** Node also takes offsets ("+02:00") and any case; Scheduler wants a name of the IANA database, as written there. */
function schedulerTimeZone({ id, timeZone }: ScheduledEdition): string {
  const known = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  const otherCase = known !== timeZone && known.toLowerCase() === timeZone.toLowerCase();
  if (/^[A-Z]/.test(timeZone) && !otherCase) return timeZone;
  throw new Error(
    `broadsheet.config.ts, edition "${id}", timeZone "${timeZone}": Scheduler wants ${otherCase ? `"${known}"` : 'a name such as "America/New_York"'}`,
  );
}
