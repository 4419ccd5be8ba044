import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A mail provider over HTTP that speaks Resend's API, keeps its own record of what it took, and fails as a test wants.
 *
 * Its record is the evidence of every delivery test, so it shares no code with the mailbox: nobody would see a mistake
 * that both made. tests/adapters/one-machine/mailbox.test.ts tests both by the same rules of idempotency keys.
 * https://resend.com/docs/api-reference/emails/send-batch-emails, …/errors,
 * https://resend.com/docs/dashboard/emails/idempotency-keys
 */
export type Provider = {
  url: string;
  /** Opens a new account, so that no test sees what another test does. */
  account(clock: () => number): Account;
  stop(): Promise<void>;
};

export type Account = {
  /** The mails that the account took, in that order. */
  mails: TakenMail[];
  /** Every request that came, whatever became of it. */
  requests: SentRequest[];
  /** Addresses that pass our checks but not those of the provider. */
  badAddresses: Set<string>;
  /** Makes a key of this account. The script decides what happens to each request with it. Each process has a key. */
  newApiKey(script?: Script): string;
};

export type TakenMail = {
  id: string;
  key: string;
  from: string;
  to: string;
  replyTo: string | undefined;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  tags: { name: string; value: string }[];
};

export type SentRequest = {
  /** Counted from 1. */
  number: number;
  apiKey: string;
  /** The idempotency key; empty if there is none. */
  key: string;
  to: string[];
  hash: string;
  /** Aborts when the client has gone. */
  signal: AbortSignal;
  /** The status of the answer. Undefined while the request is under way, or if the connection was dropped. */
  status?: number;
};

/** What happens to a request. */
export type Fault = {
  /** The mails are taken nevertheless. */
  taken?: boolean;
  /** The answer waits until this settles. The request is under way until then. */
  held?: Promise<unknown>;
  /** The answer. Unset: what the provider would answer by itself. */
  answer?: 'drop' | 'hang' | Answer;
};
export type Answer = { status: number; body: string; headers?: Record<string, string> };
export type Script = (request: SentRequest) => Fault | undefined | Promise<Fault | undefined>;

type WireMail = {
  from?: string;
  to?: string | string[];
  reply_to?: string;
  subject?: string;
  html?: string;
  text?: string;
  headers?: Record<string, string>;
  tags?: { name: string; value: string }[];
};
type Kept = { hash: string; answer: Answer; at: number };

const KEY_MILLISECONDS = 24 * 3600 * 1000;
const MAX_BATCH = 100;
const MAX_KEY_LENGTH = 256;

export async function startProvider(): Promise<Provider> {
  const accounts = new Map<string, ReturnType<typeof openAccount>>();
  const server = createServer(async (request, response) => {
    try {
      const apiKey = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (!apiKey) return respond(response, failure(401, 'missing_api_key', 'Missing API key'));
      const account = accounts.get(apiKey);
      if (!account) return respond(response, INVALID_API_KEY);
      await account.serve(request, response, apiKey);
    } catch (error) {
      respond(response, failure(500, 'internal_server_error', String(error)));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let keys = 0;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account(clock) {
      const opened = openAccount(clock, () => {
        const apiKey = `re_${++keys}`;
        accounts.set(apiKey, opened);
        return apiKey;
      });
      return opened.account;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function openAccount(clock: () => number, newKey: () => string) {
  const scripts = new Map<string, Script | undefined>();
  const account: Account = {
    mails: [],
    requests: [],
    badAddresses: new Set(),
    newApiKey(script) {
      const apiKey = newKey();
      scripts.set(apiKey, script);
      return apiKey;
    },
  };
  const kept = new Map<string, Kept>();
  const underWay = new Set<string>();
  let ids = 0;

  /** Takes the mails of a request if the rules allow it, and returns the answer. */
  const take = (
    key: string,
    hash: string,
    isBatch: boolean,
    isPermissive: boolean,
    input: WireMail[],
  ): Answer => {
    const earlier = kept.get(key);
    if (key && earlier && clock() < earlier.at + KEY_MILLISECONDS)
      return earlier.hash === hash
        ? earlier.answer
        : failure(409, 'invalid_idempotent_request', 'Same idempotency key used with another payload');
    if (input.length < 1 || input.length > MAX_BATCH)
      return failure(422, 'validation_error', `A batch has 1 to ${MAX_BATCH} emails`);
    const errors = input.flatMap((mail, index) => {
      const message = faultOf(mail, account.badAddresses);
      return message ? [{ index, message }] : [];
    });
    if (errors.length > 0 && !(isBatch && isPermissive))
      return failure(422, 'validation_error', errors[0]?.message ?? '');
    const bad = new Set(errors.map(({ index }) => index));
    const data = input.flatMap((mail, index) => {
      if (bad.has(index)) return [];
      const id = `mail-${++ids}`;
      account.mails.push(takenMail(id, key, mail));
      return [{ id }];
    });
    const body = isBatch ? (isPermissive ? { data, errors } : { data }) : data[0];
    const answer = { status: 200, body: JSON.stringify(body) };
    if (key) kept.set(key, { hash, answer, at: clock() });
    return answer;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse, apiKey: string): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const bytes = Buffer.concat(await request.toArray());
    const isBatch = request.url === '/emails/batch';
    if (request.method !== 'POST' || !(isBatch || request.url === '/emails'))
      return respond(response, failure(404, 'not_found', 'The requested endpoint does not exist.'));
    const header = request.headers['idempotency-key'];
    const key = String(header ?? '');
    if (header !== undefined && (key.length < 1 || key.length > MAX_KEY_LENGTH))
      return respond(response, failure(400, 'invalid_idempotency_key', 'The key has 1 to 256 characters.'));
    const input = [JSON.parse(bytes.toString())].flat() as WireMail[];
    const sent: SentRequest = {
      number: account.requests.length + 1,
      apiKey,
      key,
      to: input.flatMap(({ to = [] }) => to),
      hash: createHash('sha256').update(bytes).digest('hex'),
      signal: gone.signal,
    };
    account.requests.push(sent);

    const isAlone = !underWay.has(key);
    if (key && isAlone) underWay.add(key);
    try {
      const fault = await scripts.get(apiKey)?.(sent);
      let answer = fault?.answer;
      if (!fault || fault.taken) {
        const permissive = request.headers['x-batch-validation'] === 'permissive';
        const own = isAlone ? take(key, sent.hash, isBatch, permissive, input) : CONCURRENT;
        answer ??= own;
      }
      await fault?.held;
      if (answer === 'hang') {
        if (!gone.signal.aborted) await once(gone.signal, 'abort');
      } else if (answer === 'drop') {
        request.socket.destroy();
      } else if (answer) {
        sent.status = answer.status;
        respond(response, answer);
      }
    } finally {
      if (isAlone) underWay.delete(key);
    }
  };

  return { account, serve };
}

/** Returns what is wrong with a mail, in the provider's words. */
function faultOf(mail: WireMail, badAddresses: Set<string>): string | undefined {
  for (const field of ['from', 'to', 'subject'] as const)
    if (!mail[field]?.length) return `Missing \`${field}\` field.`;
  if (!mail.html && !mail.text) return 'Missing `html` or `text` field.';
  const invalid = [mail.to ?? []]
    .flat()
    .some((to) => badAddresses.has(to) || !/^(?:[^<>]*<)?[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>?$/.test(to));
  if (invalid)
    return 'Invalid `to` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.';
  const tag = mail.tags
    ?.flatMap(({ name, value }) => [name, value])
    .find((part) => !/^[\w-]{1,256}$/.test(part));
  return tag === undefined
    ? undefined
    : 'Tags should only contain ASCII letters, numbers, underscores, or dashes.';
}

function takenMail(id: string, key: string, mail: WireMail): TakenMail {
  return {
    id,
    key,
    from: mail.from ?? '',
    to: [mail.to ?? []].flat().join(', '),
    replyTo: mail.reply_to,
    subject: mail.subject ?? '',
    html: mail.html ?? '',
    text: mail.text ?? '',
    headers: mail.headers ?? {},
    tags: mail.tags ?? [],
  };
}

function respond(response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

export function failure(
  statusCode: number,
  name: string,
  message: string,
  headers?: Record<string, string>,
): Answer {
  return {
    status: statusCode,
    body: JSON.stringify({ statusCode, name, message }),
    ...(headers && { headers }),
  };
}

const CONCURRENT = failure(
  409,
  'concurrent_idempotent_requests',
  'Same idempotency key used while original request is still in progress.',
);
/** The answer that the API really gives for a revoked key. Its documentation names a 403 `invalid_api_key`. */
const INVALID_API_KEY = failure(400, 'validation_error', 'API key is invalid');

/** Faults by name. Each happens before the mails are taken. `afterwards` makes it happen after that. */
export const FAULTS = {
  dropped: { answer: 'drop' },
  hanging: { answer: 'hang' },
  throttled: { answer: failure(429, 'rate_limit_exceeded', 'Too many requests.') },
  serverError: { answer: failure(500, 'internal_server_error', 'Unexpected error.') },
  badGateway: { answer: { status: 502, body: '<html>502 Bad Gateway</html>' } },
  htmlPage: {
    answer: { status: 200, body: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } },
  },
  revoked: { answer: INVALID_API_KEY },
  overQuota: { answer: failure(429, 'daily_quota_exceeded', 'You have reached your daily sending quota.') },
} satisfies Record<string, Fault>;

export const throttledFor = (seconds: number): Fault => ({
  answer: failure(429, 'rate_limit_exceeded', 'Too many requests.', { 'retry-after': String(seconds) }),
});
export const afterwards = (fault: Fault): Fault => ({ ...fault, taken: true });
