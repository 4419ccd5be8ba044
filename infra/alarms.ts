import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { BroadsheetFunction, FunctionName } from './functions.ts';
import type { Queues } from './queues.ts';

const RUNBOOK = 'docs/operating.md';
const FIVE_MINUTES = { period: Duration.minutes(5) };
const ONE_MINUTE = { period: Duration.minutes(1) };

export type AlarmsProps = {
  functions: Record<FunctionName, BroadsheetFunction>;
  queues: Queues;
  api: HttpApi;
  table: Table;
  email: string | undefined;
};

type Condition = {
  metric: IMetric;
  /** The alarm goes off at this value. */
  atLeast?: number;
  below?: number;
  /** Periods in a row. */
  periods?: number;
  missingIsBad?: boolean;
  /** Who notices, and what. */
  hurt: string;
  /** Heading of the runbook. */
  anchor: string;
};

/** Every alarm says who is hurt and where the runbook says what to do. */
export class Alarms extends Construct {
  private readonly topic: Topic;

  constructor(scope: Construct, id: string, { functions, queues, api, table, email }: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    // A policy of one's own replaces the default one, by which alarms may publish.
    this.topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email) this.topic.addSubscription(new EmailSubscription(email));
    this.queueAlarms(queues);
    this.functionAlarms(functions);
    this.tickAlarm(functions.tick);
    this.logAlarms(functions);
    this.complaintAlarm(functions.public);
    this.requestAlarms(api, table, functions);
  }

  private queueAlarms({ work, webSub, compose }: Queues): void {
    const notEmpty = (queue: Queue) => ({
      metric: queue.metricApproximateNumberOfMessagesVisible(FIVE_MINUTES),
      atLeast: 1,
    });
    this.alarm('WorkDeadLetters', {
      ...notEmpty(work.deadLetters),
      hurt: 'Some newsletter readers do not get their mail, or caches are not told of a story that was taken back.',
      anchor: 'work-dead-letters',
    });
    this.alarm('WebSubDeadLetters', {
      ...notEmpty(webSub.deadLetters),
      hurt: 'Feed readers that subscribed by WebSub hear of stories only when they ask, and new ones are not confirmed.',
      anchor: 'websub-dead-letters',
    });
    this.alarm('ComposeDeadLetters', {
      ...notEmpty(compose.deadLetters),
      hurt: 'An issue is not composed, so none of its readers gets it, or confirmations of sign-ups are not mailed.',
      anchor: 'compose-dead-letters',
    });
    this.alarm('WorkIsLate', {
      metric: work.queue.metricApproximateAgeOfOldestMessage(FIVE_MINUTES),
      atLeast: Duration.hours(2).toSeconds(),
      hurt: 'A newsletter reaches its readers hours after it was due.',
      anchor: 'work-is-late',
    });
    this.alarm('WebSubIsLate', {
      metric: webSub.queue.metricApproximateAgeOfOldestMessage(FIVE_MINUTES),
      // Four times as long as a message may be held back for a retry.
      atLeast: Duration.hours(1).toSeconds(),
      hurt: 'Feed readers that subscribed by WebSub hear of stories an hour late, and new ones wait to be confirmed.',
      anchor: 'websub-is-late',
    });
  }

  private functionAlarms(functions: Record<FunctionName, BroadsheetFunction>): void {
    const hurt: Record<FunctionName, string> = {
      public: 'Feed readers and people on the pages get errors; what the edge has cached is still served.',
      editor: 'Editors and their CMS cannot post or change articles.',
      tick: 'Issues may not start and lost messages are not found again.',
      work: 'Mail and notices of new stories are tried again and again, and come late or not at all.',
    };
    for (const [name, { lambda }] of Object.entries(functions) as [FunctionName, BroadsheetFunction][]) {
      this.alarm(`${capital(name)}Errors`, {
        metric: lambda.metricErrors(FIVE_MINUTES),
        atLeast: 1,
        // One failure in passing is made good by a retry or by the next tick; two periods of them are not in passing.
        periods: 2,
        hurt: hurt[name],
        anchor: `${name}-errors`,
      });
    }
  }

  /**
   * Counts the lines that a tick writes when it has ended well. Invocations of the function would not do: calls that fail
   * are among them, and so are calls that render mails, which go on when nobody ticks.
   *
   * It goes off within five minutes of the last tick: the rest of that minute, three minutes without a line, and up to a
   * minute until CloudWatch looks again. Fewer than three would raise false alarms, since the count of the last minute or
   * two may still be on its way. Without FILL CloudWatch would put older values in place of the missing ones, whatever
   * `treatMissingData` says, and take minutes more.
   */
  private tickAlarm({ logs }: BroadsheetFunction): void {
    const ticks = this.linesOf(logs, '$.message', 'the tick of this minute is done', 'Ticks');
    this.alarm('NobodyTicks', {
      metric: sumOf('Ticks that ended well', [ticks], ONE_MINUTE),
      below: 1,
      periods: 3,
      missingIsBad: true,
      hurt: 'Editions do not start, embargoed stories are not announced, and no mail that was lost is found again.',
      anchor: 'nobody-ticks',
    });
  }

  /** A line with level "error" is written where a person must act: an issue was stopped, a batch is uncertain. */
  private logAlarms({ tick, work }: Record<FunctionName, BroadsheetFunction>): void {
    for (const [name, { logs }] of Object.entries({ tick, work })) {
      const id = `${capital(name)}LogErrors`;
      this.alarm(id, {
        metric: this.linesOf(logs, '$.level', 'error', id),
        atLeast: 1,
        hurt: 'An issue was stopped, or it is not known whether some readers got it.',
        anchor: 'log-errors',
      });
    }
  }

  /** Its own words, since a request of the public app that failed is a line with level "error" too, and an alarm already. */
  private complaintAlarm({ logs }: BroadsheetFunction): void {
    this.alarm('Complaints', {
      metric: this.linesOf(logs, '$.message', '*report it as spam', 'Complaints'),
      atLeast: 1,
      hurt: 'Many readers report an edition as spam: mail providers will soon hide it from the others, or it was stopped.',
      anchor: 'complaints',
    });
  }

  private requestAlarms(
    api: HttpApi,
    table: Table,
    functions: Record<FunctionName, BroadsheetFunction>,
  ): void {
    this.alarm('ServerErrors', {
      metric: new MathExpression({
        expression: '100 * errors / requests',
        usingMetrics: {
          errors: api.metricServerError({ statistic: 'Sum' }),
          requests: api.metricCount({ statistic: 'Sum' }),
        },
        label: 'Percent of requests answered 5xx',
        ...FIVE_MINUTES,
      }),
      atLeast: 1,
      // On a quiet night one error is a large share; for ten minutes it is a fault.
      periods: 2,
      hurt: 'Feed readers, people on the pages or editors get 5xx.',
      anchor: 'server-errors',
    });
    const refused = Object.values(functions).map(({ lambda }) => lambda.metricThrottles());
    this.alarm('Throttles', {
      metric: sumOf('Calls of functions refused', refused),
      atLeast: 1,
      hurt: 'The account has no function left to run: readers and editors get 5xx, mail is late.',
      anchor: 'throttles',
    });
    this.alarm('TableThrottles', {
      metric: sumOf('Reads and writes refused', [
        table.metric('ReadThrottleEvents', { statistic: 'Sum' }),
        table.metric('WriteThrottleEvents', { statistic: 'Sum' }),
      ]),
      // The clients retry; a handful is a passing spike.
      atLeast: 100,
      hurt: 'Everybody waits, and at worst gets 5xx.',
      anchor: 'table-throttles',
    });
  }

  /** How many lines of a log have these words in a member of their JSON, in five minutes. */
  private linesOf(logGroup: LogGroup, member: string, words: string, metricName: string): Metric {
    const filter = new MetricFilter(this, `${metricName}Filter`, {
      logGroup,
      filterPattern: FilterPattern.stringValue(member, '=', words),
      metricNamespace: `Broadsheet/${Stack.of(this).stackName}`,
      metricName,
    });
    return filter.metric({ statistic: 'Sum', ...FIVE_MINUTES });
  }

  private alarm(
    id: string,
    { metric, atLeast, below, periods = 1, missingIsBad, hurt, anchor }: Condition,
  ): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: atLeast ?? below ?? 1,
      comparisonOperator:
        below === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missingIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${hurt} What to do: ${RUNBOOK}#${anchor}`,
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

/**
 * The sum of metrics, of which some may have no value. A sum with a missing value is missing itself, and FILL makes the
 * missing value a zero. Reads that are refused would otherwise raise no alarm while no write is.
 */
function sumOf(label: string, metrics: IMetric[], period = FIVE_MINUTES): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = metrics.map((_, index) => `FILL(m${index}, 0)`).join(' + ');
  return new MathExpression({ expression, usingMetrics, label, ...period });
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
