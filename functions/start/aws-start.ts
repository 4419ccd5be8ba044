import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import settings from '../../broadsheet.config.ts';
import project from '../../package.json' with { type: 'json' };
import { sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { openTable } from '../adapters/dynamo/dynamo-client.ts';
import { dynamoPace } from '../adapters/dynamo/dynamo-pace.ts';
import { jsonLog } from '../adapters/log-lines.ts';
import { ids } from '../adapters/random.ts';
import { readTemplates } from '../adapters/read-templates.ts';
import { type Config, loadConfig, required, shortTokenFault } from '../config.ts';
import { frozenIssues } from '../delivery/frozen-issues.ts';
import { SettingsError } from '../settings/publication.ts';
import { sampleIn } from '../settings/sample.ts';
import { sha256 } from '../shared/text.ts';
import { signedLinks } from '../subscribers/links.ts';
import { tableStores } from './stores.ts';

/** The secret of a deployment. The stack makes it with a `linkSecret`, and the operator fills in the other values. */
type Secret = {
  linkSecret?: string;
  editorToken?: string;
  resendApiKey?: string;
  resendWebhookSecret?: string;
};

/** The stack makes a secret of 64 characters. */
const SHORTEST_LINK_SECRET = 32;

/** Builds the services that every function needs. A function calls this once, on its cold start. */
export async function startOnAws(env: Record<string, string | undefined>) {
  const log = jsonLog((line) => void process.stdout.write(`${line}\n`));
  log.info('Broadsheet starts', { version: project.version });
  const secret = await readSecret(required(env, 'SECRET_ARN'));
  const variables = {
    ...env,
    BROADSHEET_EDITOR_TOKEN: secret.editorToken || undefined,
    RESEND_API_KEY: secret.resendApiKey || env.RESEND_API_KEY,
    RESEND_WEBHOOK_SECRET: secret.resendWebhookSecret || undefined,
  };
  const config: Config = loadConfig(variables, settings, project.version);
  if (!secret.linkSecret)
    throw new SettingsError(
      'the secret has no linkSecret: it must have one, because every link in a mail is signed with it',
    );
  // The deployment refuses such settings (`check-settings.ts`). A function that is there must not fall silent for them.
  const { places } = sampleIn(config.publication);
  if (places.length > 0)
    log.warn('the settings still have values of the sample', { places: places.map(({ path }) => path) });
  if (secret.linkSecret.length < SHORTEST_LINK_SECRET)
    throw new SettingsError(
      `the linkSecret of the secret has ${secret.linkSecret.length} characters; it must have at least ${SHORTEST_LINK_SECRET}, because others could guess it and make links of readers. Put back the one that the stack made, or all links in the mails that readers have stop working`,
    );
  const short = secret.editorToken && shortTokenFault('the editorToken of the secret', secret.editorToken);
  if (short) throw new SettingsError(short);
  const table = openTable(required(env, 'TABLE_NAME'), config.dynamoEndpoint);
  const stores = tableStores(table, config);
  const { requestsPerSecond } = config.publication.mail;
  return {
    ...stores,
    frozenIssues: frozenIssues(stores.issues),
    pace: dynamoPace(table, { requestsPerSecond, clock: Date.now }),
    config: { ...config, ownerTokenHash: secret.editorToken ? sha256(secret.editorToken) : undefined },
    templates: readTemplates(required(env, 'TEMPLATES_FOLDER')),
    links: signedLinks(secret.linkSecret),
    queue: sqsQueue({
      work: required(env, 'QUEUE_URL'),
      compose: required(env, 'COMPOSE_QUEUE_URL'),
      webSub: required(env, 'WEBSUB_QUEUE_URL'),
    }),
    clock: Date.now,
    ids,
    log,
  };
}

async function readSecret(id: string): Promise<Secret> {
  const { SecretString } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: id }),
  );
  return JSON.parse(SecretString ?? '{}') as Secret;
}
