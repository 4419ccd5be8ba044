import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** What all alarms are made of: conditions, counts of log lines, and sums that hold where a metric has no value. */

const RUNBOOK = 'docs/operating.md';
export const FIVE_MINUTES = { period: Duration.minutes(5) };
export const ONE_MINUTE = { period: Duration.minutes(1) };

export type Condition = {
  metric: IMetric;
  /** The alarm goes off if the metric is at or above `atLeast`, or below `below`, for `periods` periods in a row. */
  atLeast?: number;
  below?: number;
  periods?: number;
  /**
   * The alarm goes off if a single one of this many last periods is bad. The count of log lines of the last minute or two
   * may still be on its way, so the period before them must be looked at again.
   */
  anyOf?: number;
  /** The alarm also goes off if the metric has no value. */
  missingIsBad?: boolean;
  /** A sentence that says who is hurt, and how. */
  hurt: string;
  /** Anchor of the heading in the runbook that says what to do. */
  anchor: string;
};

/** Makes an alarm that writes to the topic when it goes off, and when all is well again. */
export function addAlarm(
  scope: Construct,
  topic: Topic,
  id: string,
  { metric, atLeast, below, periods = 1, anyOf, missingIsBad, hurt, anchor }: Condition,
): void {
  const alarm = new Alarm(scope, id, {
    metric,
    threshold: atLeast ?? below ?? 1,
    comparisonOperator:
      below === undefined
        ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: anyOf ?? periods,
    ...(anyOf !== undefined && { datapointsToAlarm: 1 }),
    treatMissingData: missingIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    alarmDescription: `${hurt} What to do: ${RUNBOOK}#${anchor}`,
  });
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}

type Lines = {
  logGroup: LogGroup;
  /** A filter pattern of CloudWatch Logs. */
  pattern: string;
  metricName: string;
  /** The field of a line whose number counts. Without it, each line counts as 1. */
  value?: string;
  /** A dimension of the metric, whose value is a field of the line. */
  dimension?: { name: string; field: string };
};

/** Makes a metric of log lines. With a dimension, it has no value for all dimensions together. */
export function linesOf(
  scope: Construct,
  { logGroup, pattern, metricName, value, dimension }: Lines,
): Metric {
  const filter = new MetricFilter(scope, `${metricName}Filter`, {
    logGroup,
    filterPattern: FilterPattern.literal(pattern),
    metricNamespace: namespaceOf(scope),
    metricName,
    ...(value && { metricValue: value }),
    ...(dimension && { dimensions: { [dimension.name]: dimension.field } }),
  });
  return filter.metric({ statistic: 'Sum', ...FIVE_MINUTES });
}

export function namespaceOf(scope: Construct): string {
  return `Broadsheet/${Stack.of(scope).stackName}`;
}

/** Returns the pattern of lines with these words in a field. `*` stands for any text. */
export function withWords(field: string, words: string): string {
  return `{ ${field} = "${words}" }`;
}

/**
 * Returns the sum of metrics that may have no value. A sum with a missing value is missing itself, so FILL makes the missing
 * value a zero. Without it, refused reads would raise no alarm while no write is refused.
 */
export function sumOf(label: string, metrics: IMetric[], period = FIVE_MINUTES): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = metrics.map((_, index) => `FILL(m${index}, 0)`).join(' + ');
  return new MathExpression({ expression, usingMetrics, label, ...period });
}

export const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
