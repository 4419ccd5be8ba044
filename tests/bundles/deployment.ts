import { rmSync } from 'node:fs';
import { ensureTable, openTable } from '../../functions/adapters/dynamo/dynamo-client.ts';
import { startDynoxide } from '../../functions/adapters/one-machine/dynoxide.ts';
import { FUNCTIONS, type FunctionId, type Json, onlyIn, policyOf } from '../infra/policy.ts';
import { cloneWith, OF_THE_TESTS } from '../support/clone.ts';
import { cloudFront, dynamoAs, lambdaService, mailProvider, secretsManager, sqs } from './fake-aws.ts';
import { type Lambda, startLambda } from './lambda.ts';
import { ship } from './shipped.ts';

export const BASE_URL = 'https://news.example';
export const EDITOR_TOKEN = 'bs_the-owner-of-the-shipped-bundles';
export const WEBHOOK_SECRET = `whsec_${Buffer.from('the webhooks of the shipped ones').toString('base64')}`;
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:broadsheet-AbCdEf';
const SECRET = {
  linkSecret: 'a'.repeat(64),
  editorToken: EDITOR_TOKEN,
  resendApiKey: 're_shipped',
  resendWebhookSecret: WEBHOOK_SECRET,
};

/** The start is a Sunday noon in UTC. The daily is due half an hour later, at half past seven in New York. */
export const START = Date.parse('2026-11-22T12:00:00.000Z');

export type Deployment = Awaited<ReturnType<typeof deploy>>;

/**
 * Starts the four bundles that a deployment uploads, each in a process of its own and with only the environment of its
 * template. DynamoDB refuses what the policy of a function does not allow.
 */
export async function deploy() {
  const clone = cloneWith(OF_THE_TESTS);
  const [shipped, database, secrets, queues, edge, provider] = await Promise.all([
    // The check of the template by CDK takes five seconds. Only `npm run test:exhaustive` runs it.
    ship(clone.folder, { CDK_VALIDATION: 'false' }),
    startDynoxide({ reachableBy: 'everybody' }),
    secretsManager(SECRET_ARN, SECRET),
    sqs(),
    cloudFront(),
    mailProvider(),
  ]).finally(clone.remove);
  const table = openTable('shipped-table', database.endpoint);
  await ensureTable(table);
  // The client of SQS sends its requests to the host in the URL of a queue.
  const workQueue = `${queues.url}/123456789012/work`;
  const composeQueue = `${queues.url}/123456789012/compose`;
  const webSubQueue = `${queues.url}/123456789012/websub`;
  const invoked: Json[] = [];
  const lambdas = await lambdaService((name, event) => {
    invoked.push({ name, event });
    return functions.Tick.lambda.invoke(event);
  });
  const values = {
    TABLE_NAME: 'shipped-table',
    QUEUE_URL: workQueue,
    COMPOSE_QUEUE_URL: composeQueue,
    WEBSUB_QUEUE_URL: webSubQueue,
    SECRET_ARN,
    BROADSHEET_URL: BASE_URL,
    DISTRIBUTION_ID: 'E1SHIPPED',
    EDGE_KEY: '6f7d2c80-4b7e-11f1-8d3a-0e5a7c1b2d3f',
    TICK_FUNCTION_NAME: 'shipped-tick',
  };
  const started = await Promise.all(
    FUNCTIONS.map(async (id) => {
      const role = await dynamoAs(policyOf(shipped.template, id), database.endpoint);
      const lambda = await startLambda(shipped, id, values, {
        AWS_ENDPOINT_URL_DYNAMODB: role.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        AWS_ENDPOINT_URL_SQS: queues.url,
        AWS_ENDPOINT_URL_LAMBDA: lambdas.url,
        AWS_ENDPOINT_URL_CLOUDFRONT: edge.url,
        RESEND_BASE_URL: provider.url,
      });
      return [id, { lambda, role }] as const;
    }),
  );
  const functions = Object.fromEntries(started) as Record<
    FunctionId,
    { lambda: Lambda; role: (typeof started)[number][1]['role'] }
  >;
  let ahead = 0;
  /** Sets the clock of every function and of `now()`. The clock goes on from this time. */
  async function setClock(now: number): Promise<void> {
    ahead = now - Date.now();
    await Promise.all(FUNCTIONS.map((id) => functions[id].lambda.setClock(now)));
  }
  await setClock(START);
  const { Target } = onlyIn(shipped.template, 'AWS::Scheduler::Schedule').Properties;
  let ticksDone = 0;
  return {
    shipped,
    table,
    now: () => Date.now() + ahead,
    setClock,
    /** Does what the schedule does every minute: calls the tick function with its event. Rejects if the tick fails. */
    async tick() {
      await functions.Tick.lambda.invoke(JSON.parse(Target.Input));
      ticksDone += 1;
    },
    /** Returns how many ticks have ended well. */
    ticksDone: () => ticksDone,
    queues,
    edge,
    provider,
    /** The calls of one function by another. */
    invoked,
    workQueue,
    composeQueue,
    webSubQueue,
    lambda: (id: FunctionId) => functions[id].lambda,
    /** Returns what the function asked of the table and its policy refused. */
    denied: (id: FunctionId) => functions[id].role.denied,
    async stop() {
      for (const { lambda, role } of Object.values(functions)) {
        lambda.stop();
        await role.stop();
      }
      await Promise.all([secrets, queues, lambdas, edge, provider, database].map((server) => server.stop()));
      rmSync(shipped.folder, { recursive: true, force: true });
    },
  };
}
