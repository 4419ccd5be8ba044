import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { BroadsheetStack } from '../../infra/broadsheet-stack.ts';
import { readDeployment } from '../../infra/deployment.ts';
import publication from '../support/publication.ts';
import { FUNCTIONS, type Resource } from './policy.ts';
import { only, quickApp, resourcesOf, synthesize } from './synthesized.ts';

const template = synthesize({ alarmEmail: 'desk@paper.example' });
const alarms = Object.entries(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(
  ([id, { Properties }]) => ({
    id: id.replace(/^Alarms(.*)[0-9A-F]{8}$/, '$1'),
    ...Properties,
  }),
);
const alarm = (id: string): Resource['Properties'] => alarms.find((each) => each.id === id);
const runbook = readFileSync(`${import.meta.dirname}/../../docs/operating.md`, 'utf8');

describe.each(alarms.map(({ id }) => id))('the alarm %s', (id) => {
  test('says who is hurt, and where the runbook says what to do', () => {
    const [, hurt, anchor] =
      /^(.+\.) What to do: docs\/operating\.md#([a-z0-9-]+)$/.exec(alarm(id).AlarmDescription) ?? [];
    expect(hurt).toMatch(/reader|editor|people|mail|newsletter|edition|issue|stories|everybody/i);
    const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading
        ?.toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors).toContain(anchor);
  });

  test('is sent to the topic of the alarms', () => {
    expect(alarm(id).AlarmActions).toEqual([{ Ref: expect.stringMatching('^AlarmsTopic') }]);
  });
});

test.each([
  ['WorkDeadLetters', 'QueuesWorkDeadLetters'],
  ['WebSubDeadLetters', 'QueuesWebSubDeadLetters'],
  ['ComposeDeadLetters', 'QueuesComposeDeadLetters'],
])('the alarm %s goes off at the first message in its queue', (id, queue) => {
  expect(alarm(id)).toMatchObject({
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [
      { Name: 'QueueName', Value: { 'Fn::GetAtt': [expect.stringMatching(`^${queue}`), 'QueueName'] } },
    ],
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

test.each([['WebSubIsLate', 'QueuesWebSub', 3600]])(
  'the alarm %s goes off when a message has waited too long',
  (id, queue, seconds) => {
    expect(alarm(id)).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [
        {
          Name: 'QueueName',
          Value: { 'Fn::GetAtt': [expect.stringMatching(`^${queue}[0-9A-F]{8}$`), 'QueueName'] },
        },
      ],
      Threshold: seconds,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  },
);

test.each(FUNCTIONS.filter((id) => id !== 'Editor'))(
  'an alarm goes off at errors of the function %s',
  (id) => {
    expect(alarm(`${id}Errors`)).toMatchObject({
      MetricName: 'Errors',
      Namespace: 'AWS/Lambda',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: expect.stringMatching(`^${id}Function`) } }],
    });
  },
);

test.each(['Tick', 'Work'])(
  'an alarm goes off when the function %s logs a line with the level "error"',
  (id) => {
    const filter = only(template, 'AWS::Logs::MetricFilter', `Alarms${id}LogErrors`).Properties;
    expect(filter.LogGroupName).toEqual({ Ref: expect.stringMatching(`^${id}Logs`) });
    // Late and missed issues, and what the next tick tries again, have alarms of their own.
    expect(filter.FilterPattern).toBe(
      '{ ($.level = "error") && ($.trouble NOT EXISTS) && ($.message != "*tries again") }',
    );
    const [metric] = filter.MetricTransformations;
    expect(alarm(`${id}LogErrors`)).toMatchObject({
      MetricName: metric.MetricName,
      Namespace: metric.MetricNamespace,
      Threshold: 1,
    });
  },
);

test('an alarm goes off at each of the two log lines about too many complaints', () => {
  const { FilterPattern, LogGroupName, MetricTransformations } = only(
    template,
    'AWS::Logs::MetricFilter',
    'AlarmsComplaint',
  ).Properties;
  expect(LogGroupName).toEqual({ Ref: expect.stringMatching('^PublicLogs') });
  const [, words = 'none'] = /^\{ \$\.message = "\*(.+)" \}$/.exec(FilterPattern) ?? [];
  const source = readFileSync(`${import.meta.dirname}/../../functions/newsletter/complaints.ts`, 'utf8');
  const lines = [...source.matchAll(/log\.error\('([^']+)'/g)].map(([, line]) => line);
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line?.endsWith(words), line).toBe(true);
  expect(alarm('Complaints')).toMatchObject({
    MetricName: MetricTransformations[0].MetricName,
    Namespace: MetricTransformations[0].MetricNamespace,
    Threshold: 1,
  });
});

test('alarms count the share of 5xx answers, and the throttled calls of functions and table', () => {
  const expressions = (id: string) =>
    alarm(id).Metrics.flatMap(
      (metric: Resource['Properties']) => metric.Expression ?? metric.MetricStat.Metric.MetricName,
    );
  expect(expressions('ServerErrors')).toEqual([
    '100 * FILL(errors, 0) / MAX([FILL(requests, 0), 1])',
    '5xx',
    'Count',
  ]);
  expect(expressions('Throttles')).toEqual([
    // A function that was not called has no value. Without FILL, the sum would then have no value either.
    'FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0)',
    ...FUNCTIONS.map(() => 'Throttles'),
  ]);
  expect(expressions('TableThrottles')).toEqual([
    'FILL(m0, 0) + FILL(m1, 0)',
    'ReadThrottleEvents',
    'WriteThrottleEvents',
  ]);
});

test('the alarm EditorErrors goes off at one failed request, answered 500 or cut off', () => {
  const { Metrics, Threshold, EvaluationPeriods } = alarm('EditorErrors');
  expect({ Threshold, EvaluationPeriods }).toEqual({ Threshold: 1, EvaluationPeriods: 1 });
  expect(
    Metrics.map((metric: Resource['Properties']) => metric.Expression ?? metric.MetricStat.Metric.MetricName),
  ).toEqual(['FILL(m0, 0) + FILL(m1, 0)', 'Errors', 'FailedRequests']);
  const filter = only(template, 'AWS::Logs::MetricFilter', 'AlarmsFailedRequests').Properties;
  expect(filter.LogGroupName).toEqual({ Ref: expect.stringMatching('^EditorLogs') });
  expect(filter.FilterPattern).toBe('{ $.message = "a request failed" }');
});

describe('the alarms of an edition', () => {
  const state = (metric: string) =>
    only(template, 'AWS::Logs::MetricFilter', `AlarmsEditions${metric}`).Properties;

  test.each([
    ['IssuesLate', '$.late'],
    ['IssuesMissed', '$.missed'],
  ])('read %s of the line that each tick writes for it', (metric, value) => {
    const { FilterPattern, LogGroupName, MetricTransformations } = state(metric);
    expect(LogGroupName).toEqual({ Ref: expect.stringMatching('^TickLogs') });
    expect(FilterPattern).toBe('{ $.message = "the state of an edition" }');
    expect(MetricTransformations).toMatchObject([
      { MetricName: metric, MetricValue: value, Dimensions: [{ Key: 'Edition', Value: '$.edition' }] },
    ]);
    const source = readFileSync(`${import.meta.dirname}/../../functions/tick.lambda.ts`, 'utf8');
    expect(source).toContain("'the state of an edition'");
  });

  test.each([
    ['EditionsIssueIsLatedaily', 'IssuesLate', 'daily', 3],
    ['EditionsIssueIsLateweekly', 'IssuesLate', 'weekly', 3],
    ['EditionsIssueWasMisseddaily', 'IssuesMissed', 'daily', 5],
    ['EditionsIssueWasMissedweekly', 'IssuesMissed', 'weekly', 5],
  ])(
    '%s goes off at one bad minute of the last ones, even if it is counted late',
    (id, metric, edition, minutes) => {
      expect(alarm(id)).toMatchObject({
        ...{ MetricName: metric, Statistic: 'Maximum', Period: 60 },
        Dimensions: [{ Name: 'Edition', Value: edition }],
        ...{
          Threshold: 1,
          DatapointsToAlarm: 1,
          EvaluationPeriods: minutes,
          TreatMissingData: 'notBreaching',
        },
      });
      expect(alarm(id).AlarmDescription).toContain(`the newsletter ${edition} (`);
    },
  );

  test('have names of their own, even if the ids of two editions differ only by a hyphen', () => {
    const [one] = publication.editions;
    const editions = ['day2', 'day-2'].map((id) => ({ ...one, id, name: one?.name ?? {} }));
    const stack = new BroadsheetStack(quickApp(), 'Broadsheet', {
      ...readDeployment({}),
      publication: { ...publication, editions },
    });
    const late = Object.keys(resourcesOf(Template.fromStack(stack), 'AWS::CloudWatch::Alarm')).filter((id) =>
      id.includes('IssueIsLate'),
    );
    expect(late).toHaveLength(2);
  });
});

test('the alarm LettersWait reads how many events wait, in the line that each tick writes', () => {
  const filter = only(template, 'AWS::Logs::MetricFilter', 'AlarmsEventsWaiting').Properties;
  expect(filter.FilterPattern).toBe('{ $.message = "the state of the outbox" }');
  expect(filter.MetricTransformations).toMatchObject([
    { MetricName: 'EventsWaiting', MetricValue: '$.waiting' },
  ]);
  expect(alarm('LettersWait')).toMatchObject({
    ...{ MetricName: 'EventsWaiting', Statistic: 'Maximum', Period: 60 },
    ...{ Threshold: 1, DatapointsToAlarm: 1, EvaluationPeriods: 3 },
  });
});

test('alarms are mailed to ALARM_EMAIL, and CloudWatch may publish them', () => {
  expect(only(template, 'AWS::SNS::Subscription').Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'desk@paper.example',
  });
  const statements = only(template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement;
  expect(statements).toContainEqual(
    expect.objectContaining({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
    }),
  );
});

test('each resource that the runbook asks for by name exists once', () => {
  const asked = [...runbook.matchAll(/\$\(resource ([A-Za-z]+::[A-Za-z]+) (\w+)\)/g)];
  expect(asked.length).toBeGreaterThan(5);
  for (const [, type, name] of asked) only(template, `AWS::${type}`, name);
});
