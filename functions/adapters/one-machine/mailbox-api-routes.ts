import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import { type Clock, type Ids, isoTime } from '../../shared/clock.ts';
import { sha256 } from '../../shared/text.ts';
import { parseAddress } from '../../subscribers/email-address.ts';

/**
 * A mailbox with the HTTP API of Resend. The real `resend` client can use it without an account, and every mail stays
 * on this machine. The mailbox keeps the rules that a sender relies on: it remembers idempotency keys for a day, takes
 * at most 100 mails in a batch, knows permissive validation, and uses Resend's names of errors.
 */

export type StoredMail = {
  id: string;
  createdAt: string;
  from: string;
  to: string[];
  replyTo: string[];
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  tags: { name: string; value: string }[];
};

/** The answer to the first request with an idempotency key. */
export type MailReply = { requestHash: string; status: number; body: string };

export type MailboxStore = {
  /** Stores the mails and the answer for the key. Returns false if the key has an answer already. */
  put(mails: StoredMail[], key: string | undefined, reply: MailReply, now: number): Promise<boolean>;
  reply(key: string, now: number): Promise<MailReply | undefined>;
  get(id: string, now: number): Promise<StoredMail | undefined>;
  /** Returns mails, newest first. With `after`, only mails that are older than the mail with this id. */
  list(limit: number, now: number, after?: string): Promise<StoredMail[]>;
  /** Deletes the mails to the addresses with these hashes. */
  forget(addressHashes: string[]): Promise<void>;
};

const MAX_BATCH = 100;
/**
 * The most bytes of a mail. Resend has no such limit. Here a mail is stored in one item of the table, which has a limit
 * of 400 KB. Gmail clips a mail at a quarter of this size.
 */
const MAX_MAIL_BYTES = 390_000;
const addresses = z
  .union([z.string(), z.array(z.string()).min(1).max(50)])
  .transform((given) => [given].flat());
const mailSchema = z.looseObject({
  from: z.string().min(1),
  to: addresses,
  subject: z.string(),
  html: z.string().optional(),
  text: z.string().optional(),
  reply_to: addresses.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  tags: z
    .array(z.object({ name: z.string().regex(/^[\w-]{1,256}$/), value: z.string().regex(/^[\w-]{1,256}$/) }))
    .optional(),
});

/**
 * A request may have at most this many bytes for each mail. JSON writes a character beyond ASCII, which has two bytes or
 * more, as six. The rest of a mail is small.
 */
const MAX_REQUEST_BYTES = 3 * MAX_MAIL_BYTES + 100_000;

type Options = {
  store: MailboxStore;
  clock: Clock;
  ids: Ids;
  /** Only requests with this key may send mails. If it is absent, any key will do. */
  apiKey?: string;
};

export function mailboxApi({ store, clock, ids, apiKey }: Options): Hono {
  const app = new Hono();
  app.use('*', async (context, next) => {
    if (context.req.method === 'GET') return next();
    const key = /^bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (key === undefined)
      return failure(401, 'missing_api_key', 'Missing API key in the authorization header');
    if (apiKey !== undefined && !isSameText(key, apiKey))
      return failure(403, 'invalid_api_key', 'The mailbox takes mails of this installation only');
    return next();
  });
  const limited = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: () => failure(413, 'validation_error', `The request may have at most ${maxSize} bytes`),
    });

  app.post('/emails', limited(MAX_REQUEST_BYTES), (context) =>
    withKey(context.req.raw, (input) => {
      const mail = read(input);
      return typeof mail === 'string'
        ? failed(422, 'validation_error', mail)
        : { mails: [mail], status: 200, body: { id: mail.id } };
    }),
  );

  app.post('/emails/batch', limited(MAX_BATCH * MAX_REQUEST_BYTES), (context) =>
    withKey(context.req.raw, (input) => {
      if (!Array.isArray(input) || input.length === 0)
        return failed(422, 'validation_error', 'The body must be a list of emails');
      if (input.length > MAX_BATCH)
        return failed(422, 'validation_error', `A batch may have at most ${MAX_BATCH} emails`);
      const mails: StoredMail[] = [];
      const errors: { index: number; message: string }[] = [];
      for (const [index, member] of input.entries()) {
        const mail = read(member);
        if (typeof mail === 'string') errors.push({ index, message: mail });
        else mails.push(mail);
      }
      const permissive = context.req.header('x-batch-validation') === 'permissive';
      if (errors.length > 0 && !permissive)
        return failed(422, 'validation_error', `emails[${errors[0]?.index}]: ${errors[0]?.message}`);
      const data = mails.map(({ id }) => ({ id }));
      return { mails, status: 200, body: permissive ? { data, errors } : { data } };
    }),
  );

  app.get('/emails', async (context) => {
    const asked = Number(context.req.query('limit') ?? 100);
    const limit = Number.isInteger(asked) && asked >= 1 ? Math.min(asked, 1000) : 100;
    const mails = await store.list(limit + 1, clock(), context.req.query('after'));
    return context.json({
      object: 'list',
      has_more: mails.length > limit,
      data: mails.slice(0, limit).map((mail) => view(mail)),
    });
  });

  app.get('/emails/:id', async (context) => {
    const mail = await store.get(context.req.param('id'), clock());
    return mail ? context.json(view(mail)) : failure(404, 'not_found', 'Email not found');
  });

  function read(input: unknown): StoredMail | string {
    const result = mailSchema.safeParse(input);
    if (!result.success)
      return result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    const { from, to, subject, html = '', text = '', reply_to = [], headers = {}, tags = [] } = result.data;
    if (Buffer.byteLength(html) + Buffer.byteLength(text) > MAX_MAIL_BYTES)
      return `The mail is larger than ${MAX_MAIL_BYTES} bytes`;
    const invalid = to.find((address) => !parseAddress(bareAddress(address)));
    if (invalid !== undefined) return `Invalid \`to\` field: ${invalid}`;
    return {
      id: ids(),
      createdAt: isoTime(clock()),
      from,
      to,
      replyTo: reply_to,
      subject,
      html,
      text,
      headers,
      tags,
    };
  }

  type Decision = { mails: StoredMail[]; status: number; body: unknown };
  const failed = (status: number, name: string, message: string): Decision => ({
    mails: [],
    status,
    body: { statusCode: status, name, message },
  });

  async function withKey(request: Request, decide: (input: unknown) => Decision): Promise<Response> {
    const key = request.headers.get('idempotency-key') ?? undefined;
    if (key !== undefined && (key.length < 1 || key.length > 256)) {
      return failure(400, 'invalid_idempotency_key', 'The key must have 1 to 256 characters');
    }
    const body = await request.text();
    const requestHash = sha256(body);
    const earlier = key && (await store.reply(key, clock()));
    if (earlier) return repeated(earlier, requestHash);
    let input: unknown;
    try {
      input = JSON.parse(body);
    } catch {
      return failure(422, 'validation_error', 'The body is not JSON');
    }
    const { mails, status, body: answer } = decide(input);
    if (status !== 200) return Response.json(answer, { status });
    const reply = { requestHash, status, body: JSON.stringify(answer) };
    if (await store.put(mails, key, reply, clock()))
      return new Response(reply.body, { status, headers: JSON_TYPE });
    const first = key && (await store.reply(key, clock()));
    return first
      ? repeated(first, requestHash)
      : failure(409, 'concurrent_idempotent_requests', 'The same key is being used by another request');
  }

  return app;
}

const JSON_TYPE = { 'content-type': 'application/json' };

function repeated(reply: MailReply, requestHash: string): Response {
  if (reply.requestHash !== requestHash) {
    return failure(409, 'invalid_idempotent_request', 'The key was used with another body');
  }
  return new Response(reply.body, { status: reply.status, headers: JSON_TYPE });
}

function failure(statusCode: number, name: string, message: string): Response {
  return Response.json({ statusCode, name, message }, { status: statusCode });
}

function view({ createdAt, replyTo, ...mail }: StoredMail): Record<string, unknown> {
  return { object: 'email', ...mail, reply_to: replyTo, created_at: createdAt, last_event: 'delivered' };
}

/** Compares in a time that does not tell how many characters are right. */
function isSameText(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(one)), Buffer.from(sha256(other)));
}

/** Returns the address alone, without the name of its owner. */
export function bareAddress(address: string): string {
  return /<([^<>]+)>\s*$/.exec(address)?.[1] ?? address;
}
