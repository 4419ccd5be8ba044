import { createServer, type Server } from 'node:http';
import { Resend } from 'resend';
import { afterEach, describe, expect, it } from 'vitest';
import { resendMailer } from '../../../functions/adapters/resend/resend-mailer.ts';
import type { Mail } from '../../../functions/delivery/mailer.ts';
import {
  PREFERENCES_PLACEHOLDER,
  personal,
  UNSUBSCRIBE_PLACEHOLDER,
} from '../../../functions/mails/placeholders.ts';

/** The tests run the real client against a server whose answers they choose. */

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = { status: number; body: string; headers?: Record<string, string> } | 'drop' | 'hang';
type Seen = { path: string; headers: Record<string, unknown>; body: unknown };

async function provider(answer: Answer): Promise<{
  send: (mails: Mail[], key: string) => ReturnType<ReturnType<typeof resendMailer>['send']>;
  seen: Seen[];
  baseUrl: string;
}> {
  const seen: Seen[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    seen.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(body) });
    if (answer === 'hang') return;
    if (answer === 'drop') return void request.socket.destroy();
    response
      .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      .end(answer.body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  const baseUrl = `http://127.0.0.1:${address.port}`;
  const mailer = resendMailer({
    apiKey: 're_test',
    baseUrl,
    timeoutMilliseconds: 300,
  });
  return { send: mailer.send, seen, baseUrl };
}

const mail = (to: string): Mail => ({
  from: 'The Paper <news@paper.example>',
  to,
  replyTo: 'desk@paper.example',
  subject: 'Today',
  html: '<p>Hello</p>',
  text: 'Hello',
  headers: { 'List-Id': '<daily.paper.example>' },
  tags: [{ name: 'batch', value: '0-0' }],
});
const failure = (
  status: number,
  name: string,
  headers?: Record<string, string>,
  message = 'as told',
): Answer => ({
  status,
  body: JSON.stringify({ statusCode: status, name, message }),
  ...(headers && { headers }),
});

describe('resendMailer', () => {
  it('writes the same bytes as the client of Resend, whatever language and links are in a mail', async () => {
    const { send, seen, baseUrl } = await provider({ status: 200, body: '{"data":[]}' });
    const links = {
      unsubscribe: 'https://paper.example/u?t=a.b',
      preferences: 'https://paper.example/p?t="c"',
    };
    const html = `<p>“Ñandú” 🚢 \\ ${UNSUBSCRIBE_PLACEHOLDER}</p>\n<a href="${PREFERENCES_PLACEHOLDER}">${UNSUBSCRIBE_PLACEHOLDER}</a>`;
    const own = { html: personal(html).written(links), text: personal('\u2028 – Fin').written(links) };
    const { replyTo, ...unanswered } = mail('beto@reader.example');
    const mails: Mail[] = [
      { ...mail('ana@reader.example'), subject: 'El ferry vuelve — hoy', ...own },
      { ...unanswered, from: 'El Périodico <news@paper.example>', html: personal(html).for(links) },
    ];
    await send(mails, 'issue/daily.x/0-0');
    const bodies = { html: personal(html).for(links), text: '\u2028 – Fin' };
    const plain = mails.map((each, index) => ({ ...each, ...(index === 0 && bodies), to: [each.to] }));
    await new Resend('re_test', { baseUrl }).batch.send(plain as Parameters<Resend['batch']['send']>[0]);
    const [ours, theirs] = seen.map(({ body }) => JSON.stringify(body));
    expect(ours).toBe(theirs);
    expect(ours).toContain('Ñandú');
  });

  it('follows no redirect, because the mails are for the provider alone', async () => {
    const { send, seen } = await provider({ status: 307, body: '{}', headers: { location: '/elsewhere' } });
    expect(await send([mail('ana@reader.example')], 'issue/daily.x/0-0')).toMatchObject({ kind: 'unknown' });
    expect(seen.map(({ path }) => path)).toEqual(['/emails/batch']);
  });

  it('posts the batch with its key, permissive validation and every header', async () => {
    const { send, seen } = await provider({
      status: 200,
      body: JSON.stringify({ data: [{ id: 'one' }], errors: [] }),
    });
    expect(await send([mail('ana@reader.example')], 'issue/daily.x/0-0')).toEqual({
      kind: 'accepted',
      ids: ['one'],
      rejected: [],
    });
    expect(seen[0]?.path).toBe('/emails/batch');
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer re_test',
      'idempotency-key': 'issue/daily.x/0-0',
      'x-batch-validation': 'permissive',
      'content-length': String(Buffer.byteLength(JSON.stringify(seen[0]?.body))),
    });
    expect(seen[0]?.headers).not.toHaveProperty('transfer-encoding');
    expect(seen[0]?.body).toMatchObject([
      {
        to: ['ana@reader.example'],
        reply_to: 'desk@paper.example',
        headers: { 'List-Id': '<daily.paper.example>' },
        tags: [{ name: 'batch', value: '0-0' }],
      },
    ]);
  });

  it('does not mix requests of megabytes, whether they come at once or one after another', async () => {
    const { send, seen } = await provider({ status: 200, body: '{"data":[{"id":"one"}]}' });
    const large = (key: string, length: number) =>
      send([{ ...mail('ana@reader.example'), html: key.repeat(length) }], key);
    await Promise.all([large('a', 3_000_000), large('b', 2_000_000), large('c', 1_000_000)]);
    await Promise.all([large('d', 10), large('e', 2_500_000), large('f', 900_000), large('g', 70_000)]);
    const bodies = seen.map(({ headers, body }) => ({
      key: headers['idempotency-key'],
      html: (body as { html: string }[])[0]?.html ?? '',
    }));
    expect(bodies.map(({ key, html }) => `${key}: ${html.length}`).toSorted()).toEqual([
      'a: 3000000',
      'b: 2000000',
      'c: 1000000',
      'd: 10',
      'e: 2500000',
      'f: 900000',
      'g: 70000',
    ]);
    expect(bodies.filter(({ key, html }) => new Set(html).size !== 1 || html[0] !== key)).toEqual([]);
  });

  it('says which of the recipients was refused', async () => {
    const { send } = await provider({
      status: 200,
      body: JSON.stringify({
        data: [{ id: 'one' }, { id: 'three' }],
        errors: [{ index: 1, message: 'Invalid `to` field' }],
      }),
    });
    expect(await send([mail('a@b.example'), mail('bad'), mail('c@d.example')], 'k')).toEqual({
      kind: 'accepted',
      ids: ['one', undefined, 'three'],
      rejected: [{ index: 1, reason: 'Invalid `to` field' }],
    });
  });

  it.each<[string, Answer, string]>([
    ['a dropped connection', 'drop', 'unknown'],
    ['no answer in time', 'hang', 'unknown'],
    ['200 with a page of HTML', { status: 200, body: '<html>' }, 'unknown'],
    ['200 without ids', { status: 200, body: '{}' }, 'unknown'],
    ['500', failure(500, 'internal_server_error'), 'unknown'],
    ['502 with HTML', { status: 502, body: '<html>bad gateway' }, 'unknown'],
    ['404 with HTML, from a proxy or a wrong address', { status: 404, body: '<html>not found' }, 'unknown'],
    ['200 with fewer ids than mails', { status: 200, body: '{"data":[]}' }, 'unknown'],
    [
      'an answer that a request with the same key is not finished',
      failure(409, 'concurrent_idempotent_requests'),
      'unknown',
    ],
    [
      'an answer that the key was used with other bytes',
      failure(409, 'invalid_idempotent_request'),
      'key-taken',
    ],
    ['a revoked key', failure(403, 'invalid_api_key'), 'account-refused'],
    [
      'a revoked key, as the API answers',
      failure(400, 'validation_error', {}, 'API key is invalid'),
      'account-refused',
    ],
    ['an unverified domain', failure(403, 'validation_error'), 'account-refused'],
    ['no key', failure(401, 'missing_api_key'), 'account-refused'],
    ['a used-up quota', failure(429, 'monthly_quota_exceeded'), 'account-refused'],
    ['a refused request', failure(422, 'validation_error'), 'request-refused'],
  ])('reports an outcome that says what may be done next, after: %s', async (_, answer, kind) => {
    const { send } = await provider(answer);
    expect((await send([mail('a@b.example')], 'k')).kind).toBe(kind);
  });

  it('waits as long as a 429 says, or a few seconds if it does not say how long', async () => {
    const told = await provider(failure(429, 'rate_limit_exceeded', { 'retry-after': '7' }));
    expect(await told.send([mail('a@b.example')], 'k')).toMatchObject({
      kind: 'throttled',
      retryAfterSeconds: 7,
    });
    server?.close();
    const untold = await provider(failure(429, 'rate_limit_exceeded'));
    expect(await untold.send([mail('a@b.example')], 'k')).toMatchObject({
      kind: 'throttled',
      retryAfterSeconds: 5,
    });
  });

  it('refuses to send without a key, or more than a hundred mails', async () => {
    const { send, seen } = await provider('drop');
    await expect(send([mail('a@b.example')], '')).rejects.toThrow('1 to 256 characters');
    await expect(
      send(
        Array.from({ length: 101 }, () => mail('a@b.example')),
        'k',
      ),
    ).rejects.toThrow('1 to 100 mails');
    await expect(send([], 'k')).rejects.toThrow('1 to 100 mails');
    expect(seen).toEqual([]);
  });
});
