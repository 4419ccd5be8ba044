import type { Table } from '../../functions/adapters/dynamo/dynamo-client.ts';
import type { Deletion } from '../../functions/adapters/one-machine/database-file.ts';
import type { QueueFaults } from '../../functions/adapters/one-machine/memory-queue.ts';
import { resendMailer } from '../../functions/adapters/resend/resend-mailer.ts';
import { apiRoutes } from '../../functions/app.ts';
import type { Config } from '../../functions/config.ts';
import type { Mailer } from '../../functions/delivery/mailer.ts';
import type { Ids } from '../../functions/shared/clock.ts';
import type { Templates } from '../../functions/shared/locale.ts';
import type { Log } from '../../functions/shared/log.ts';
import { sha256 } from '../../functions/shared/text.ts';
import { type Installation, localInstallation } from '../../functions/start/local-installation.ts';
import type { Callbacks } from '../../functions/websub/callbacks.ts';
import { checkShape } from './api-shapes.ts';
import { testConfig } from './config.ts';
import { openTestTable } from './database.ts';
import { type Account, type Provider, type Script, startProvider, type TakenMail } from './provider.ts';
import { PLAIN_TEMPLATES } from './templates.ts';

/**
 * The whole of Broadsheet over the embedded DynamoDB and the real `resend` client, with a clock that the test moves and
 * a queue that the test drains. Requests go through the HTTP app. Each `setUp` has a table and an account of its own,
 * unless it shares them with another world.
 */

export const OWNER_TOKEN = 'bs_owner-token-of-the-tests';
/** The key with which a test puts mails into the mailbox, past the mail provider. */
export const MAILBOX_KEY = 're_test';
export const START = Date.parse('2026-11-22T12:00:00.000Z');

export type World = Installation & {
  config: Config;
  table: Table;
  log: Log & { lines: { level: string; message: string; fields: Record<string, unknown> | undefined }[] };
  /** Worlds that share a table share the account. */
  account: Account;
  /** The mails that the provider took. */
  mails: TakenMail[];
  /** Worlds that share a table share the time. */
  time: { now: number };
  now(): number;
  /** Moves the clock on, in milliseconds. */
  pass(milliseconds: number): void;
  /** Makes a request to any path. A body that is neither text nor bytes is sent as JSON. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** Makes a request with the owner's token. */
  edit(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
};
/** `peer` is what the server hands to the app beside a request. */
type RequestOptions = { method?: string; headers?: Record<string, string>; body?: unknown; peer?: object };

type WorldOptions = {
  config?: Partial<Config>;
  templates?: Templates;
  faults?: QueueFaults;
  /** What happens to the requests of issues at the provider. Unset: only its own rules apply. */
  provider?: Script;
  /** What happens to all other requests, which are for letters. Unset: only its own rules apply. */
  confirmations?: Script;
  /** After this time the client gives up a request. */
  mailTimeoutMilliseconds?: number;
  /** Waits for a turn to mail. Unset: no test waits. */
  wait?: (milliseconds: number) => Promise<void>;
  /** Makes ids. Unset: they are counted, so that a test can name them. */
  ids?: Ids;
  /** Sends mails. Unset: the `resend` client with the account of the test. */
  mailer?: Mailer;
  /** Makes requests to WebSub callbacks. Unset: real requests. */
  callbacks?: Callbacks;
  /** The world of which this is another process, on the same table. */
  sharing?: World;
  /** The clock. Unset: the clock of the shared world, or a new one. */
  time?: { now: number };
  /** With another secret, the world is another installation. */
  linkSecret?: string;
  /** Tells the process that no other process is running. */
  isAlone?: boolean;
  /** The table. Unset: the table of the shared world, or a new one in the database that all test files share. */
  table?: Table;
  /** Called when addresses are deleted. */
  onDeletion?: (what: Deletion) => void;
};

/** The shapes of the API's answers, which are the same for every installation. */
let shapes: ReturnType<typeof apiRoutes> | undefined;
/** The provider runs in the process of the tests, because their scripts answer its requests. All files of a worker share it. */
let providerOfWorker: Promise<Provider> | undefined;
/** Ids are counted over all worlds of a file, because worlds that share a table must not give an id twice. */
let counted = 0;

export async function setUp({
  config: changes = {},
  templates = PLAIN_TEMPLATES,
  faults,
  provider,
  confirmations,
  mailTimeoutMilliseconds = 20_000,
  wait = async () => {},
  ids = () => `id-${String(++counted).padStart(8, '0')}`,
  callbacks,
  mailer,
  sharing,
  time = sharing?.time ?? { now: START },
  linkSecret = 'link-secret-of-the-tests',
  isAlone = false,
  table: given,
  onDeletion,
}: WorldOptions = {}): Promise<World> {
  providerOfWorker ??= startProvider();
  const mailProvider = await providerOfWorker;
  const table = given ?? (await openTestTable(sharing?.table.name));
  const config: Config = {
    ...testConfig({ BROADSHEET_URL: 'https://paper.example' }),
    ownerTokenHash: sha256(OWNER_TOKEN),
    ...changes,
  };
  const now = () => time.now;
  const account = sharing?.account ?? mailProvider.account(now);
  const log = collectingLog();
  const installation = localInstallation({
    config,
    table,
    templates,
    linkSecret,
    clock: now,
    ids,
    log,
    isAlone,
    mailboxKey: MAILBOX_KEY,
    mailer:
      mailer ??
      resendMailer({
        apiKey: account.newApiKey((request) =>
          (request.key.startsWith('issue/') ? provider : confirmations)?.(request),
        ),
        baseUrl: mailProvider.url,
        timeoutMilliseconds: mailTimeoutMilliseconds,
      }),
    wait,
    ...(faults && { faults }),
    ...(onDeletion && { onDeletion }),
    ...(callbacks && { callbacks }),
  });
  shapes ??= apiRoutes(installation.services);
  const rows = shapes;
  const request: World['request'] = async (path, { method = 'GET', headers = {}, body, peer } = {}) => {
    const json = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
    const init = {
      method,
      headers: { ...(json && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as BodyInit) }),
    };
    const answer = await installation.app.request(`https://paper.example${path}`, init, peer);
    await checkShape(rows, method, path, answer);
    return answer;
  };
  return {
    ...installation,
    config,
    table,
    log,
    account,
    mails: account.mails,
    time,
    now,
    pass(milliseconds) {
      time.now += milliseconds;
    },
    request,
    edit: (method, path, body, headers) =>
      request(path, {
        method,
        body,
        headers: { authorization: `Bearer ${OWNER_TOKEN}`, 'content-type': 'application/json', ...headers },
      }),
  };
}

function collectingLog(): World['log'] {
  const lines: World['log']['lines'] = [];
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push({ level, message, fields });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
