import { CfnOutput, Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { Clock, NOT_RETRIED } from './clock.ts';
import type { Deployment } from './deployment.ts';
import { Edge } from './edge.ts';
import type { WatchedEdition } from './edition-alarms.ts';
import { BroadsheetFunction } from './functions.ts';
import { grantAll } from './grants.ts';
import { Queues } from './queues.ts';
import { Store } from './store.ts';

/**
 * A call of a function gets one message. So if the call waits for the mail provider until its time is up, no other message
 * fails with it.
 */
const BATCH = 1;
/** Lambda allows no lower limit for the calls that a queue causes at the same time. */
const MIN_CONCURRENCY = 2;
const MAX_WORK_CONCURRENCY = 50;
/**
 * A story is in some eight feeds, and each feed is sent to its subscribers by one call of the function. So all feeds of a story
 * are sent at the same time. A call makes 64 deliveries at the same time, and mostly waits for answers.
 */
const WEBSUB_CONCURRENCY = 8;

type Props = Deployment & {
  /**
   * The settings of the publication. The rate at which the provider takes mails decides how many calls run at once, and each
   * edition has alarms.
   */
  publication: { mail: { requestsPerSecond: number }; editions: WatchedEdition[] };
};

/**
 * The stack of one publication. Requests go through CloudFront and the API to the functions public and editor. The clock and
 * the queues call the functions tick and work. All of them use one table.
 */
export class BroadsheetStack extends Stack {
  constructor(scope: Construct, id: string, { publication, ...deployment }: Props) {
    super(scope, id, {
      description: 'Broadsheet: feeds and newsletters',
      terminationProtection: true,
      env: deployment.env,
    });
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
    // A request to the mail provider takes about a second. So as many calls as the account may make requests a second reach
    // the provider's rate. More calls would only wait for their turn.
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
    new Alarms(this, 'Alarms', {
      ...{ functions, queues, table },
      api: api.http,
      email: deployment.alarmEmail,
      editions: publication.editions,
    });

    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    output('SiteUrl', edge.baseUrl, 'Base URL of feeds and pages');
    output(
      'DistributionDomain',
      edge.distribution.distributionDomainName,
      'The name to which your own domain must point (CNAME or alias)',
    );
    output('ApiUrl', `${edge.baseUrl}/api`, 'Where editors and their CMS post articles');
    output('TableName', table.tableName, 'The table that holds everything');
    output('SecretName', secret.secretName, 'The secret that you fill in after the first deployment');
    output(
      'TickFunctionName',
      functions.tick.lambda.functionName,
      'The function that a clock calls every minute; call it by hand if the clock fails',
    );
  }
}
