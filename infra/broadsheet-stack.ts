import { CfnOutput, Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { Clock, NOT_RETRIED } from './clock.ts';
import type { Deployment } from './deployment.ts';
import { Edge } from './edge.ts';
import { BroadsheetFunction } from './functions.ts';
import { grantAll } from './grants.ts';
import { Queues } from './queues.ts';
import { Store } from './store.ts';

/** Messages a call: one that hangs on the mail provider takes no other with it when its time is up. */
const BATCH = 1;
/** The least that Lambda allows. */
const MIN_CONCURRENCY = 2;
const MAX_WORK_CONCURRENCY = 50;
/** Each has 64 deliveries under way, and mostly waits: a story is in some eight feeds, and each is distributed by one. */
const WEBSUB_CONCURRENCY = 8;

type Props = Deployment & {
  /** The settings. Only the rate at which the provider takes mails matters to a resource. */
  publication: { mail: { requestsPerSecond: number } };
};

/** One publication: readers → CloudFront → API → public and editor; clock and queues → tick and work; one table. */
export class BroadsheetStack extends Stack {
  constructor(scope: Construct, id: string, { publication, ...deployment }: Props) {
    super(scope, id, { description: 'Broadsheet: feeds and newsletters', terminationProtection: true });
    const { table, secret } = new Store(this, 'Store');
    const queues = new Queues(this, 'Queues');
    const api = new Api(this, 'Api');
    const edge = new Edge(this, 'Edge', { api: api.http, domain: deployment.domain });

    const environment = {
      TABLE_NAME: table.tableName,
      QUEUE_URL: queues.work.queue.queueUrl,
      WEBSUB_QUEUE_URL: queues.webSub.queue.queueUrl,
      COMPOSE_QUEUE_URL: queues.compose.queue.queueUrl,
      SECRET_ARN: secret.secretArn,
      BROADSHEET_URL: edge.baseUrl,
    };
    const tick = new BroadsheetFunction(this, 'Tick', { name: 'tick', environment, ...NOT_RETRIED });
    const functions = {
      public: new BroadsheetFunction(this, 'Public', {
        name: 'public',
        environment: { ...environment, EDGE_KEY: edge.edgeKey },
      }),
      editor: new BroadsheetFunction(this, 'Editor', {
        name: 'editor',
        environment: { ...environment, TICK_FUNCTION_NAME: tick.lambda.functionName },
      }),
      tick,
      work: new BroadsheetFunction(this, 'Work', {
        name: 'work',
        environment: { ...environment, DISTRIBUTION_ID: edge.distribution.distributionId },
      }),
    };

    api.route(functions.public, functions.editor);
    // A mail request takes about a second, so this many workers reach the provider's rate; more would only be told 429.
    const { requestsPerSecond } = publication.mail;
    const workConcurrency = Math.min(Math.max(requestsPerSecond, MIN_CONCURRENCY), MAX_WORK_CONCURRENCY);
    functions.work.lambda.addEventSource(
      new SqsEventSource(queues.work.queue, {
        batchSize: BATCH,
        maxConcurrency: workConcurrency,
        reportBatchItemFailures: true,
      }),
    );
    functions.work.lambda.addEventSource(
      new SqsEventSource(queues.webSub.queue, {
        batchSize: BATCH,
        maxConcurrency: WEBSUB_CONCURRENCY,
        reportBatchItemFailures: true,
      }),
    );
    functions.tick.lambda.addEventSource(
      new SqsEventSource(queues.compose.queue, {
        batchSize: BATCH,
        maxConcurrency: MIN_CONCURRENCY,
        reportBatchItemFailures: true,
      }),
    );
    new Clock(this, 'Clock', { tick });
    grantAll(functions, {
      table,
      secret,
      queues: [queues.work.queue, queues.webSub.queue, queues.compose.queue],
      distribution: edge.distribution,
    });
    new Alarms(this, 'Alarms', { functions, queues, api: api.http, table, email: deployment.alarmEmail });

    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    output('SiteUrl', edge.baseUrl, 'Base URL of feeds and pages');
    output(
      'DistributionDomain',
      edge.distribution.distributionDomainName,
      'Where a domain of your own points (CNAME or alias)',
    );
    output('ApiUrl', `${edge.baseUrl}/api`, 'Where editors and their CMS post articles');
    output('TableName', table.tableName, 'The one table');
    output('SecretName', secret.secretName, 'The secret to fill in after the first deployment');
    output(
      'TickFunctionName',
      functions.tick.lambda.functionName,
      'The function that a clock calls every minute, to call by hand when it fails',
    );
  }
}
