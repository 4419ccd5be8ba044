import { afterAll, beforeAll } from 'vitest';
import { hashToken } from '../../functions/access/tokens.ts';
import { ensureTable, openTable, type Table } from '../../functions/adapters/dynamo-client.ts';
import { type Dynoxide, startDynoxide } from '../../functions/adapters/dynoxide.ts';
import { type Installation, localInstallation } from '../../functions/adapters/local-installation.ts';
import type { QueueFaults } from '../../functions/adapters/memory-queue.ts';
import { readTemplates } from '../../functions/adapters/templates.ts';
import { type Config, loadConfig } from '../../functions/config.ts';
import type { Mail, Mailer, SendOutcome } from '../../functions/delivery/mailer.ts';
import type { Log } from '../../functions/log.ts';
import type { Ids } from '../../functions/services.ts';
import type { Callbacks } from '../../functions/websub/callbacks.ts';

/**
 * The whole of Broadsheet over the embedded DynamoDB, with a clock that the test moves and a queue that it drains.
 * Requests go through the app's front door. One database a test file, one table a `setUp`.
 */

export const OWNER_TOKEN = 'bs_owner-token-of-the-tests';
export const START = Date.parse('2026-11-22T12:00:00.000Z');
const templates = readTemplates('templates');

export type World = Installation & {
  config: Config;
  table: Table;
  log: Log & { lines: { level: string; message: string; fields: Record<string, unknown> | undefined }[] };
  /** What the provider took. Worlds that share a table share the provider. */
  mails: SentMail[];
  answers: Map<string, SendOutcome>;
  now(): number;
  /** Moves the clock on, in milliseconds. */
  pass(milliseconds: number): void;
  /** A request to any path. A body that is no string is sent as JSON. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** The same with the owner's token. */
  edit(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
};
export type SentMail = Mail & { key: string };
export type Provider = (
  request: { key: string; mails: Mail[] },
  take: () => SendOutcome,
) => SendOutcome | undefined;
type RequestOptions = { method?: string; headers?: Record<string, string>; body?: unknown };

type WorldOptions = {
  config?: Partial<Config>;
  faults?: QueueFaults;
  /** What the provider answers to a digest's request; undefined: it takes the mails, once a key, into `mails`. */
  provider?: Provider;
  /** The same for the mails that ask for a confirmation. */
  confirmations?: Provider;
  /** Unset: counted, so that a test can name them. */
  ids?: Ids;
  /** Requests to WebSub callbacks; unset: real ones. */
  callbacks?: Callbacks;
  /** Another process on the same table. */
  sharing?: World;
};

let database: Dynoxide | undefined;
let tables = 0;
/** Counted over all worlds of a file: those that share a table must not give an id twice. */
let counted = 0;

/** Call at the top of a test file: starts the file's database and stops it. */
export function useDatabase(): void {
  beforeAll(async () => {
    database = await startDynoxide();
  });
  afterAll(async () => {
    await database?.stop();
    database = undefined;
  });
}

export async function setUp({
  config: changes = {},
  faults,
  provider,
  confirmations,
  ids = () => `id-${String(++counted).padStart(8, '0')}`,
  callbacks,
  sharing,
}: WorldOptions = {}): Promise<World> {
  if (!database) throw new Error('call useDatabase() at the top of the test file');
  tables += 1;
  const table = sharing?.table ?? openTable(`broadsheet-${tables}`, database.endpoint);
  await ensureTable(table);
  const config: Config = {
    ...loadConfig({ BROADSHEET_URL: 'https://paper.example' }),
    ownerTokenHash: hashToken(OWNER_TOKEN),
    ...changes,
  };
  let time = sharing?.now() ?? START;
  const mails: SentMail[] = sharing?.mails ?? [];
  const answers: World['answers'] = sharing?.answers ?? new Map();
  const log = collectingLog();
  const installation = localInstallation({
    config,
    table,
    templates,
    linkSecret: 'link-secret-of-the-tests',
    clock: () => time,
    ids,
    log,
    mailer: onceEachKey(mails, answers, provider, confirmations),
    ...(faults && { faults }),
    ...(callbacks && { callbacks }),
  });
  const request: World['request'] = async (path, { method = 'GET', headers = {}, body } = {}) => {
    const json = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
    return installation.app.request(`https://paper.example${path}`, {
      method,
      headers: { ...(json && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as BodyInit) }),
    });
  };
  return {
    ...installation,
    config,
    table,
    log,
    mails,
    answers,
    now: () => time,
    pass(milliseconds) {
      time += milliseconds;
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

/** What a provider does: the first request with a key is taken, a repetition gets the same answer. */
function onceEachKey(
  mails: SentMail[],
  answers: Map<string, SendOutcome>,
  provider: Provider = () => undefined,
  confirmations: Provider = () => undefined,
): Mailer {
  return {
    async send(batch, key) {
      const take = (): SendOutcome => {
        const known = answers.get(key);
        if (known) return known;
        mails.push(...batch.map((mail) => ({ ...mail, key })));
        const answer: SendOutcome = {
          kind: 'accepted',
          ids: batch.map((_, index) => `${key}/${index}`),
          rejected: [],
        };
        answers.set(key, answer);
        return answer;
      };
      const told = key.startsWith('issue/') ? provider : confirmations;
      return told({ key, mails: batch }, take) ?? take();
    },
  };
}

function collectingLog(): World['log'] {
  const lines: World['log']['lines'] = [];
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push({ level, message, fields });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
