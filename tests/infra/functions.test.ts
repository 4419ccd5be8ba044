import { describe, expect, test } from 'vitest';
import publication from '../support/publication.ts';
import { FUNCTIONS } from './policy.ts';
import { only, resourcesOf, synthesize } from './synthesized.ts';

const template = synthesize();
const functionOf = (id: string) => only(template, 'AWS::Lambda::Function', id).Properties;

describe('the table', () => {
  const table = only(template, 'AWS::DynamoDB::Table');

  test('has string keys and is paid by the request', () => {
    expect(table.Properties.KeySchema).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    expect(
      table.Properties.AttributeDefinitions.map(
        ({ AttributeType }: { AttributeType: string }) => AttributeType,
      ),
    ).toEqual(['S', 'S']);
    expect(table.Properties.BillingMode).toBe('PAY_PER_REQUEST');
  });

  test('can be restored to any second, and deletes items that have expired', () => {
    expect(table.Properties.PointInTimeRecoverySpecification).toMatchObject({
      PointInTimeRecoveryEnabled: true,
    });
    expect(table.Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  });

  test('cannot be deleted by mistake, and stays when the stack is deleted', () => {
    expect(table.Properties.DeletionProtectionEnabled).toBe(true);
    expect(table.DeletionPolicy).toBe('Retain');
  });

  test('has no stream', () => {
    expect(table.Properties.StreamSpecification).toBeUndefined();
  });
});

test('the secret has a generated linkSecret and empty places for the rest, and stays when the stack is deleted', () => {
  const secret = only(template, 'AWS::SecretsManager::Secret');
  const { GenerateSecretString: generated } = secret.Properties;
  expect(generated).toMatchObject({ GenerateStringKey: 'linkSecret', PasswordLength: 64 });
  expect(JSON.parse(generated.SecretStringTemplate)).toEqual({
    resendApiKey: '',
    resendWebhookSecret: '',
    editorToken: '',
  });
  expect(secret.DeletionPolicy).toBe('RetainExceptOnCreate');
});

describe.each(FUNCTIONS)('the function %s', (id) => {
  test('runs Node 24 on ARM', () => {
    expect(functionOf(id)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  test('gets the names and addresses that it needs as environment variables', () => {
    const { Variables } = functionOf(id).Environment;
    const common = [
      'TABLE_NAME',
      'QUEUE_URL',
      'COMPOSE_QUEUE_URL',
      'WEBSUB_QUEUE_URL',
      'SECRET_ARN',
      'BROADSHEET_URL',
      'TEMPLATES_FOLDER',
    ];
    const own = { Work: ['DISTRIBUTION_ID'], Editor: ['TICK_FUNCTION_NAME'], Public: ['EDGE_KEY'], Tick: [] }[
      id
    ];
    expect(Object.keys(Variables).sort()).toEqual([...common, ...own].sort());
  });

  test('logs into a group of its own, which keeps the lines unchanged for a month', () => {
    const logs = only(template, 'AWS::Logs::LogGroup', `${id}Logs`);
    expect(logs.Properties.RetentionInDays).toBe(30);
    expect(functionOf(id).LoggingConfig).toMatchObject({
      LogFormat: 'Text',
      LogGroup: { Ref: expect.stringMatching(`^${id}Logs`) },
    });
  });
});

test('the stack has only these four functions', () => {
  expect(Object.keys(resourcesOf(template, 'AWS::Lambda::Function'))).toHaveLength(FUNCTIONS.length);
});

test('functions that answer HTTP give up before the API does', () => {
  for (const id of ['Public', 'Editor']) expect(functionOf(id).Timeout).toBeLessThan(30);
});

describe.each([
  { queue: 'Work', worker: 'Work', concurrency: Math.max(2, publication.mail.requestsPerSecond) },
  { queue: 'WebSub', worker: 'Work', concurrency: 8 },
  { queue: 'Compose', worker: 'Tick', concurrency: 2 },
])('the queue $queue', ({ queue: name, worker, concurrency }) => {
  const queues = Object.entries(resourcesOf(template, 'AWS::SQS::Queue'));
  const [id, queue] = queues.find(([logicalId]) =>
    new RegExp(`^Queues${name}[0-9A-F]{8}$`).test(logicalId),
  ) ?? ['', undefined];
  const sources = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));
  const source = sources.find(
    ({ Properties }) => Properties.EventSourceArn['Fn::GetAtt'][0] === id,
  )?.Properties;

  test(`calls the function ${worker} at most ${concurrency} times at once`, () => {
    expect(source.EventSourceArn).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(source.FunctionName).toEqual({ Ref: expect.stringMatching(`^${worker}Function`) });
    expect(source.ScalingConfig).toEqual({ MaximumConcurrency: concurrency });
  });

  test('delivers again only the messages that failed', () => {
    expect(source.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  test('hides a message for six times as long as its function may take', () => {
    expect(queue?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * functionOf(worker).Timeout);
  });

  test('keeps messages that failed five times for 14 days', () => {
    const { deadLetterTargetArn, maxReceiveCount } = queue?.Properties.RedrivePolicy ?? {};
    expect(maxReceiveCount).toBe(5);
    const deadLetters = resourcesOf(template, 'AWS::SQS::Queue')[deadLetterTargetArn['Fn::GetAtt'][0]];
    expect(deadLetters?.Properties.MessageRetentionPeriod).toBe(14 * 86_400);
  });
});

test('every queue is encrypted and refuses plain HTTP', () => {
  const queues = resourcesOf(template, 'AWS::SQS::Queue');
  const policies = Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy'));
  expect(Object.keys(queues)).toHaveLength(6);
  for (const [id, { Properties }] of Object.entries(queues)) {
    expect(Properties.SqsManagedSseEnabled, id).toBe(true);
    const policy = policies.find((each) => each.Properties.Queues[0].Ref === id);
    expect(policy?.Properties.PolicyDocument.Statement[0], id).toMatchObject({
      Effect: 'Deny',
      Action: 'sqs:*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  }
});
