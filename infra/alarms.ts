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
  /** The alarm goes off if the metric is at or above `atLeast`, or below `below`, for `periods` periods in a row. */
  atLeast?: number;
  below?: number;
  periods?: number;
  /** The alarm also goes off if the metric has no value. */
  missingIsBad?: boolean;
  /** A sentence that says who is hurt, and how. */
  hurt: string;
  /** Anchor of the heading in the runbook that says what to do. */
  anchor: string;
};

/** The alarms, and the SNS topic that mails them. Every alarm says who is hurt, and where the runbook says what to do. */
export class Alarms extends Construct {
  private readonly topic: Topic;

  constructor(scope: Construct, id: string, { functions, queues, api, table, email }: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    // enforceSSL gives the topic a policy, which replaces the default policy that lets alarms publish.
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
      hurt: 'Some newsletter readers do not get their mail, or a retracted story stays in caches.',
      anchor: 'work-dead-letters',
    });
    this.alarm('WebSubDeadLetters', {
      ...notEmpty(webSub.deadLetters),
      hurt: 'Feed readers with a WebSub subscription get stories only when they poll, and new subscriptions are not confirmed.',
      anchor: 'websub-dead-letters',
    });
    this.alarm('ComposeDeadLetters', {
      ...notEmpty(compose.deadLetters),
      hurt: 'An issue is not composed, so none of its readers gets it, or sign-ups get no confirmation mail.',
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
      // A message may be held back for a retry, for at most a quarter of this time.
      atLeast: Duration.hours(1).toSeconds(),
      hurt: 'Feed readers with a WebSub subscription get stories an hour late, and new subscriptions wait to be confirmed.',
      anchor: 'websub-is-late',
    });
  }

  private functionAlarms(functions: Record<FunctionName, BroadsheetFunction>): void {
    const hurt: Record<FunctionName, string> = {
      public: 'Feed readers and people on the pages get errors. The edge still serves what it has cached.',
      editor: 'Editors and their CMS cannot post or change articles.',
      tick: 'Issues of newsletters may not start, and work whose message got lost is not found again.',
      work: 'Mails to readers and deliveries to WebSub subscribers fail repeatedly, and come late or not at all.',
    };
    for (const [name, { lambda }] of Object.entries(functions) as [FunctionName, BroadsheetFunction][]) {
      this.alarm(`${capital(name)}Errors`, {
        metric: lambda.metricErrors(FIVE_MINUTES),
        atLeast: 1,
        // A single failure is repaired by a retry or by the next tick. Failures in two periods in a row are not.
        periods: 2,
        hurt: hurt[name],
        anchor: `${name}-errors`,
      });
    }
  }

  /**
   * Counts the log lines that a tick writes when it has ended well. The invocations of the function would be the wrong count:
   * they include calls that fail, and calls that render mails, which go on when nobody ticks.
   *
   * The alarm goes off within five minutes of the last tick. These are the rest of that minute, three minutes without a line,
   * and up to a minute until CloudWatch evaluates the alarm again. With fewer than three minutes there would be false alarms,
   * because the count of the last one or two minutes may still be on its way. Without FILL, CloudWatch would use older values
   * in place of the missing ones, whatever `treatMissingData` says, and take minutes more.
   */
  private tickAlarm({ logs }: BroadsheetFunction): void {
    const ticks = this.linesOf(logs, '$.message', 'the tick of this minute is done', 'Ticks');
    this.alarm('NobodyTicks', {
      metric: sumOf('Ticks that ended well', [ticks], ONE_MINUTE),
      below: 1,
      periods: 3,
      missingIsBad: true,
      hurt: 'No issue of a newsletter starts, mails whose message got lost stay unsent, and WebSub subscribers are not sent stories whose embargo has ended.',
      anchor: 'nobody-ticks',
    });
  }

  /** A line with the level "error" means that a person must act, because an issue was stopped or a batch is uncertain. */
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

  /** Looks for words in the message. The level "error" would also find failed requests, which have an alarm already. */
  private complaintAlarm({ logs }: BroadsheetFunction): void {
    this.alarm('Complaints', {
      metric: this.linesOf(logs, '$.message', '*report it as spam', 'Complaints'),
      atLeast: 1,
      hurt: 'Many readers report an edition as spam. Mail providers may soon hide it from its other readers, or it was stopped.',
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
      // On a quiet night a single error is a large share of the requests. If the share stays for ten minutes, it is a fault.
      periods: 2,
      hurt: 'Feed readers, people on the pages or editors get errors (5xx).',
      anchor: 'server-errors',
    });
    const refused = Object.values(functions).map(({ lambda }) => lambda.metricThrottles());
    this.alarm('Throttles', {
      metric: sumOf('Calls of functions refused', refused),
      atLeast: 1,
      hurt: 'The account may not run more functions at once: readers and editors get errors (5xx), and mails are late.',
      anchor: 'throttles',
    });
    this.alarm('TableThrottles', {
      metric: sumOf('Reads and writes refused', [
        table.metric('ReadThrottleEvents', { statistic: 'Sum' }),
        table.metric('WriteThrottleEvents', { statistic: 'Sum' }),
      ]),
      // The clients try again, so a handful of refused requests is only a short spike.
      atLeast: 100,
      hurt: 'Requests of everybody are slow, and some fail with 5xx.',
      anchor: 'table-throttles',
    });
  }

  /** Counts the log lines whose JSON has these words in a field. `*` stands for any text. */
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
 * Returns the sum of metrics that may have no value. A sum with a missing value is missing itself, so FILL makes the missing
 * value a zero. Without it, refused reads would raise no alarm while no write is refused.
 */
function sumOf(label: string, metrics: IMetric[], period = FIVE_MINUTES): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = metrics.map((_, index) => `FILL(m${index}, 0)`).join(' + ');
  return new MathExpression({ expression, usingMetrics, label, ...period });
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
