import {
  type Publication,
  type PublicationSettings,
  parseSettings,
  SettingsError,
} from './settings/publication.ts';
import { sha256 } from './shared/text.ts';

/** Everything that differs between two deployments. It is read once, at start. */
export type Config = {
  publication: Publication;
  /** The version of Broadsheet, from `package.json`. */
  version: string;
  /** Public base URL of every link, without a slash at the end. */
  baseUrl: string;
  port: number;
  /** The folder of the embedded database, the lock and the generated secrets. Only one machine uses it. */
  dataFolder: string;
  /** SHA-256 (hex) of the token that has every scope, if one is set. */
  ownerTokenHash?: string | undefined;
  /** The URL of a DynamoDB outside AWS. If one machine has no such URL, it starts an embedded database. */
  dynamoEndpoint?: string | undefined;
  tableName: string;
  /** The key by which CloudFront proves that a request came through it. One machine has no CloudFront and no key. */
  edgeKey?: string | undefined;
  /** The mail provider. If one machine has none, the mailbox takes the mails. */
  resend?: { baseUrl?: string | undefined; apiKey: string } | undefined;
  resendWebhookSecret?: string | undefined;
  samples: boolean;
  allowPrivateCallbacks: boolean;
  /** Whether the embedded database may be open to the other users of the machine if the system lets nobody close it. */
  allowLocalUsers: boolean;
  /** If true, everybody who reaches the server of one machine may read its mailbox. */
  openMailbox: boolean;
};

type Environment = Record<string, string | undefined>;

/**
 * Builds the configuration from the environment, the settings and the version. Entry points give it the settings of
 * `broadsheet.config.ts`, and tests give it a publication of their own. Throws a SettingsError whose message names the
 * variable or the setting and says what is allowed.
 */
export function loadConfig(env: Environment, settings: PublicationSettings, version: string): Config {
  const port = portOf(env.PORT || '8787');
  return {
    publication: parseSettings(settings),
    version,
    port,
    baseUrl: baseUrlOf(env.BROADSHEET_URL || `http://localhost:${port}`),
    dataFolder: env.BROADSHEET_DATA || '.broadsheet',
    ownerTokenHash: env.BROADSHEET_EDITOR_TOKEN ? sha256(tokenOf(env.BROADSHEET_EDITOR_TOKEN)) : undefined,
    dynamoEndpoint: urlOf('AWS_ENDPOINT_URL_DYNAMODB', env.AWS_ENDPOINT_URL_DYNAMODB),
    tableName: env.TABLE_NAME || 'broadsheet',
    edgeKey: edgeKeyOf(env.EDGE_KEY),
    resend: resendOf(env),
    resendWebhookSecret: webhookSecretOf(env.RESEND_WEBHOOK_SECRET),
    samples: switchOf('BROADSHEET_SAMPLES', env.BROADSHEET_SAMPLES, true),
    allowPrivateCallbacks: privateCallbacksOf(env),
    allowLocalUsers: switchOf('BROADSHEET_ALLOW_LOCAL_USERS', env.BROADSHEET_ALLOW_LOCAL_USERS, false),
    openMailbox: switchOf('BROADSHEET_OPEN_MAILBOX', env.BROADSHEET_OPEN_MAILBOX, false),
  };
}

/** Returns the value of a variable that must be set on AWS. Throws a SettingsError if it is not set. */
export function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new SettingsError(`${name} must be set`);
  return value;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new SettingsError(`PORT is "${text}"; it must be a number from 1 to 65535`);
}

/**
 * A path is refused, because all addresses begin at the root of the host (`app.ts`) and links would lead out of the
 * path.
 */
function baseUrlOf(text: string): string {
  const { origin, host, href } = new URL(urlOf('BROADSHEET_URL', text) ?? '');
  if (href === `${origin}/`) return origin;
  throw new SettingsError(
    `BROADSHEET_URL is "${text}"; it must be http or https and a host alone, with no path, query, fragment or user, such as "https://${host}"`,
  );
}

function urlOf(name: string, text: string | undefined): string | undefined {
  if (!text) return undefined;
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new SettingsError(`${name} is "${text}"; it must be an absolute http or https URL`);
}

function tokenOf(token: string): string {
  if (/^[\x21-\x7e]{1,256}$/.test(token)) return token;
  throw new SettingsError(
    'BROADSHEET_EDITOR_TOKEN must be 1 to 256 printable ASCII characters without spaces',
  );
}

/** With fewer characters, anybody could find the token of the owner by trying. */
const SHORTEST_TOKEN = 16;

/** Says that a token is too short, or returns undefined if it is not. The text does not show the token. */
export function shortTokenFault(name: string, token: string): string | undefined {
  if (token.length >= SHORTEST_TOKEN) return undefined;
  return `${name} has ${token.length} characters; it must have ${SHORTEST_TOKEN} to 256, because anybody who guesses it can publish`;
}

function edgeKeyOf(key: string | undefined): string | undefined {
  if (!key || key.length >= SHORTEST_TOKEN) return key || undefined;
  throw new SettingsError(
    `EDGE_KEY has ${key.length} characters; it must have at least ${SHORTEST_TOKEN}, and the stack sets it`,
  );
}

/** The secret of a webhook is 24 to 64 bytes in base64 with a prefix (Standard Webhooks, "Signature scheme"). */
function webhookSecretOf(secret: string | undefined): string | undefined {
  if (!secret || /^whsec_[A-Za-z0-9+/]{22,}={0,2}$/.test(secret)) return secret || undefined;
  throw new SettingsError(
    'RESEND_WEBHOOK_SECRET must be "whsec_" and at least 22 characters of base64, as the mail provider shows it for the webhook; without it, webhooks are not taken in',
  );
}

/**
 * Stands for the key if only `RESEND_BASE_URL` is set. Another server with Resend's API may need no key, but the
 * `resend` client insists on one.
 */
export const NO_API_KEY = 're_no_key_set';

function resendOf(env: Environment): Config['resend'] {
  const baseUrl = urlOf('RESEND_BASE_URL', env.RESEND_BASE_URL);
  if (env.RESEND_API_KEY && !/^[\x21-\x7e]+$/.test(env.RESEND_API_KEY))
    throw new SettingsError('RESEND_API_KEY must be printable ASCII characters without spaces');
  if (env.RESEND_API_KEY) return { baseUrl, apiKey: env.RESEND_API_KEY };
  return baseUrl ? { baseUrl, apiKey: NO_API_KEY } : undefined;
}

function switchOf(name: string, text: string | undefined, otherwise: boolean): boolean {
  if (text === undefined || text === '') return otherwise;
  if (text === 'on' || text === 'off') return text === 'on';
  throw new SettingsError(`${name} is "${text}"; it must be "on" or "off"`);
}

function privateCallbacksOf(env: Environment): boolean {
  const allowed = switchOf(
    'BROADSHEET_ALLOW_PRIVATE_CALLBACKS',
    env.BROADSHEET_ALLOW_PRIVATE_CALLBACKS,
    false,
  );
  if (allowed && env.AWS_LAMBDA_FUNCTION_NAME) {
    throw new SettingsError('BROADSHEET_ALLOW_PRIVATE_CALLBACKS cannot be "on" on Lambda');
  }
  return allowed;
}
