import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  addAlarm,
  type Condition,
  capital,
  FIVE_MINUTES,
  linesOf,
  ONE_MINUTE,
  sumOf,
  withWords,
} from './alarm-parts.ts';
import { EditionAlarms, type WatchedEdition } from './edition-alarms.ts';
import type { BroadsheetFunction, FunctionName } from './functions.ts';
import type { Queues } from './queues.ts';

export type AlarmsProps = {
  functions: Record<FunctionName, BroadsheetFunction>;
  queues: Queues;
  api: HttpApi;
  table: Table;
  email: string | undefined;
  editions: WatchedEdition[];
};

/** The alarms, and the SNS topic that mails them. Every alarm says who is hurt, and where the runbook says what to do. */
export class Alarms extends Construct {
  private readonly topic: Topic;

  constructor(scope: Construct, id: string, { functions, queues, api, table, email, editions }: AlarmsProps) {
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
    this.tickAlarms(functions.tick);
    new EditionAlarms(this, 'Editions', this.topic, functions.tick.logs, editions);
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
      editor: 'A request of an editor or a CMS failed, so a story may not be posted or changed.',
      tick: 'Readers get no letters and editors no previews, and work whose message got lost is not found again.',
      work: 'Mails to readers and deliveries to WebSub subscribers fail repeatedly, and come late or not at all.',
    };
    for (const [name, { lambda, logs }] of Object.entries(functions) as [
      FunctionName,
      BroadsheetFunction,
    ][]) {
      const errors = lambda.metricErrors(FIVE_MINUTES);
      const isEditor = name === 'editor';
      this.alarm(`${capital(name)}Errors`, {
        // A request that fails inside the app is answered 500, and is no error of the function. Nobody repeats a request of
        // an editor, so each one counts. An answer of 500 is logged, and a timeout is an error of the function.
        metric: isEditor ? sumOf('Failed requests of editors', [errors, this.failedRequests(logs)]) : errors,
        atLeast: 1,
        // Elsewhere a single failure is repaired by a retry or by the next tick. Failures in two periods in a row are not.
        periods: isEditor ? 1 : 2,
        hurt: hurt[name],
        anchor: `${name}-errors`,
      });
    }
  }

  private failedRequests(logGroup: BroadsheetFunction['logs']) {
    const pattern = withWords('$.message', 'a request failed');
    return linesOf(this, { logGroup, pattern, metricName: 'FailedRequests' });
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
  private tickAlarms({ logs: logGroup }: BroadsheetFunction): void {
    const done = withWords('$.message', 'the tick of this minute is done');
    const ticks = linesOf(this, { logGroup, pattern: done, metricName: 'Ticks' });
    this.alarm('NobodyTicks', {
      metric: sumOf('Ticks that ended well', [ticks], ONE_MINUTE),
      below: 1,
      periods: 3,
      missingIsBad: true,
      hurt: 'No issue of a newsletter starts, mails whose message got lost stay unsent, and WebSub subscribers are not sent stories whose embargo has ended.',
      anchor: 'nobody-ticks',
    });
    this.alarm('TickRepeats', {
      metric: linesOf(this, {
        logGroup,
        pattern: withWords('$.message', '*tries again'),
        metricName: 'TickRepeats',
      }),
      // One failure is repaired by the next tick. Three in five minutes are not.
      atLeast: 3,
      hurt: 'Issues of one edition may not start, and its mails whose message got lost stay unsent.',
      anchor: 'tick-errors',
    });
    this.alarm('LettersWait', {
      metric: linesOf(this, {
        logGroup,
        pattern: withWords('$.message', 'the state of the outbox'),
        metricName: 'EventsWaiting',
        value: '$.waiting',
      }).with({ statistic: 'Maximum', ...ONE_MINUTE }),
      atLeast: 1,
      anyOf: 3,
      hurt: 'People who sign up get no confirmation, editors get no draft, or a retracted story stays in caches.',
      anchor: 'letters-wait',
    });
  }

  /**
   * A line with the level "error" means that a person must act, because an issue was stopped or a batch is uncertain. Lines
   * about late and missed issues (`trouble`), and about what the next tick tries again, have alarms of their own.
   */
  private logAlarms({ tick, work }: Record<FunctionName, BroadsheetFunction>): void {
    for (const [name, { logs: logGroup }] of Object.entries({ tick, work })) {
      const id = `${capital(name)}LogErrors`;
      const pattern = '{ ($.level = "error") && ($.trouble NOT EXISTS) && ($.message != "*tries again") }';
      this.alarm(id, {
        metric: linesOf(this, { logGroup, pattern, metricName: id }),
        atLeast: 1,
        hurt: 'An issue was stopped or is not sent, or it is not known whether some readers got it.',
        anchor: 'log-errors',
      });
    }
  }

  /** Looks for words in the message. The level "error" would also find failed requests, which have an alarm already. */
  private complaintAlarm({ logs: logGroup }: BroadsheetFunction): void {
    const pattern = withWords('$.message', '*report it as spam');
    this.alarm('Complaints', {
      metric: linesOf(this, { logGroup, pattern, metricName: 'Complaints' }),
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
        // In a period without an error, or without a request, the metric has no value.
        expression: '100 * FILL(errors, 0) / MAX([FILL(requests, 0), 1])',
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

  private alarm(id: string, condition: Condition): void {
    addAlarm(this, this.topic, id, condition);
  }
}
