import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { FunctionId } from '../infra/policy.ts';
import { BASE_URL, type Deployment, EDITOR_TOKEN } from './deployment.ts';
import { editionTests } from './editions.ts';
import { request } from './lambda.ts';
import { newsroom } from './newsroom.ts';
import { BUDGET, FERRY, FERRY_IN_SPANISH } from './stories.ts';

/** The tests run in the order in which things happen. Each test needs the tests before it. */
export function inboxTests(deployed: () => Deployment): void {
  const lambda = (id: FunctionId) => deployed().lambda(id);
  const tickAt = async (time: string) => {
    await deployed().setClock(Date.parse(time));
    await deployed().tick();
  };
  /** Takes the messages out of a queue. Returns their kinds. */
  const kindsIn = (queue: string) =>
    deployed()
      .queues.take(queue)
      .map((body) => JSON.parse(body).kind);
  const authorization = `Bearer ${EDITOR_TOKEN}`;
  const messages: { kind: string }[] = [];
  let etag: string | undefined;
  let confirmUrl = '';
  let unsubscribeUrl = '';
  let confirmation: string[] = [];
  let outbox: string[] = [];

  const { handles, post, drain } = newsroom(deployed, messages);

  test('POST /api/articles answers 401 without a token', async () => {
    const { status, headers } = await request(lambda('Editor'), 'POST', '/api/articles', {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(status).toBe(401);
    expect(headers['content-type']).toBe('application/problem+json');
  });

  test('POST /api/articles stores a story and sends a message to the work queue', async () => {
    const { status, bytes } = await request(lambda('Editor'), 'POST', '/api/articles', {
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: JSON.stringify(FERRY),
    });
    expect(bytes.toString()).toContain('Ñandú');
    expect(status).toBe(201);
    outbox = deployed().queues.take(deployed().workQueue);
    expect(outbox.map((body) => JSON.parse(body).kind)).toEqual(['outbox']);
  });

  test('the work function handles the event of the story, and does not empty the edge, which asks again by itself', async () => {
    await handles('Work', outbox);
    expect(deployed().edge.invalidations).toEqual([]);
  });

  test.each([
    ['/atom.xml', 'application/atom+xml'],
    ['/rss.xml', 'application/rss+xml'],
    ['/feed.json', 'application/feed+json'],
  ])('GET %s has the story, in the same bytes for every encoding', async (path, type) => {
    const get = (encoding: string) =>
      request(lambda('Public'), 'GET', path, { headers: { 'accept-encoding': encoding } });
    const [plain, gzip, br] = await Promise.all([get('identity'), get('gzip'), get('br')]);
    for (const { status, headers } of [plain, gzip, br]) {
      expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
      expect(headers['cache-control']).toMatch(/^public,.*s-maxage=/);
    }
    expect(plain.bytes.toString()).toContain('El ferri “Ñandú” vuelve 🛥️');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
    expect(plain.bytes.toString()).toContain(`${BASE_URL}${path}`);
    etag = gzip.headers.etag;
  });

  test('GET /feed.json answers 304 to its ETag', async () => {
    const { status, bytes } = await request(lambda('Public'), 'GET', '/feed.json', {
      headers: { 'accept-encoding': 'gzip', 'if-none-match': String(etag) },
    });
    expect(status).toBe(304);
    expect(bytes).toHaveLength(0);
  });

  test("GET / and the story are pages in the reader's language", async () => {
    const home = await request(lambda('Public'), 'GET', '/', { headers: { 'accept-language': 'es' } });
    expect(home.status).toBe(200);
    expect(home.bytes.toString()).toMatch(/<html lang="es"/);
    expect(home.bytes.toString()).toContain('El Heraldo del Lago');
    const story = await request(lambda('Public'), 'GET', '/articles/ferry');
    expect(story.bytes.toString()).toContain('After two years the ferry sails again.');
  });

  test('POST /subscriptions accepts a form and sends a message to the queue of the tick function', async () => {
    const { status } = await request(lambda('Public'), 'POST', '/subscriptions', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' },
      body: 'email=ana%40reader.example&language=en&editions%5B%5D=daily',
    });
    expect(status).toBe(202);
    confirmation = deployed().queues.take(deployed().composeQueue);
    expect(confirmation.map((body) => JSON.parse(body).kind)).toEqual(['letter']);
  });

  test('the tick function mails the confirmation, rendered from MJML', async () => {
    await handles('Tick', confirmation);
    expect(deployed().provider.requests).toHaveLength(1);
    const { path, mails } = deployed().provider.requests[0] ?? { mails: [] };
    expect(path).toBe('/emails/batch');
    expect(mails[0].to).toEqual(['ana@reader.example']);
    expect(mails[0].html).toMatch(/^<!doctype html>/i);
    confirmUrl =
      new RegExp(`${BASE_URL}/subscriptions/confirm\\?token=[\\w.-]+`).exec(mails[0].text)?.[0] ?? '';
    expect(confirmUrl).not.toBe('');
  });

  test('the link in the confirmation shows a button, and pressing the button subscribes', async () => {
    const page = await request(lambda('Public'), 'GET', confirmUrl);
    expect(page.bytes.toString()).toContain('<button');
    expect(page.headers['cache-control']).toBe('no-store');
    const pressed = await request(lambda('Public'), 'POST', confirmUrl, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '',
    });
    expect(pressed.status).toBe(200);
  });

  test('the tick before the slot starts no issue', async () => {
    for (const time of ['12:28:00', '12:29:00']) await tickAt(`2026-11-22T${time}Z`);
    await drain();
    expect(deployed().provider.requests).toHaveLength(1);
  });

  test('the tick in the minute of the slot starts the issue, and a second tick at the same time and a third tick start no other', async () => {
    await deployed().setClock(Date.parse('2026-11-22T12:30:00Z'));
    await Promise.all([deployed().tick(), deployed().tick()]);
    await deployed().tick();
    await drain();
    const kinds = new Set(messages.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['compose', 'plan', 'send']);
    expect(deployed().provider.requests).toHaveLength(2);
  });

  test('the reader has the digest, with one-click unsubscribe', () => {
    const { key, mails } = deployed().provider.requests[1] ?? { key: '', mails: [] };
    expect(key).toMatch(/^issue\/daily\.2026-11-22-0730\//);
    expect(mails).toHaveLength(1);
    expect(mails[0].to).toEqual(['ana@reader.example']);
    expect(mails[0].html).toContain('Ñandú');
    expect(mails[0].html).not.toContain('%%');
    expect(mails[0].headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    unsubscribeUrl = mails[0].headers['List-Unsubscribe'].slice(1, -1);
    expect(unsubscribeUrl).toMatch(new RegExp(`^${BASE_URL}/unsubscribe\\?token=`));
  });

  test('GET /issues/daily/{slot} is the web version of the digest', async () => {
    const { status, bytes } = await request(lambda('Public'), 'GET', '/issues/daily/2026-11-22-0730');
    expect(status).toBe(200);
    expect(bytes.toString()).toContain('Ñandú');
  });

  test('GET /api/editions/daily/issues says that the issue was sent', async () => {
    const { bytes } = await request(lambda('Editor'), 'GET', '/api/editions/daily/issues', {
      headers: { authorization },
    });
    expect(JSON.parse(bytes.toString()).issues[0]).toMatchObject({
      slot: '2026-11-22-0730',
      state: 'sent',
      sent: 1,
    });
  });

  test('POST /unsubscribe, as a mail program sends it, ends the subscription', async () => {
    const { status } = await request(lambda('Public'), 'POST', unsubscribeUrl, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(status).toBe(200);
    await tickAt('2026-11-23T12:30:00Z');
    await drain();
    expect(deployed().provider.requests).toHaveLength(2);
  });

  test('the next tick leaves no messages in the queues', async () => {
    await tickAt('2026-11-23T12:31:00Z');
    expect([...kindsIn(deployed().composeQueue), ...kindsIn(deployed().workQueue)]).toEqual([]);
  });

  test('a translation is linked to its story', async () => {
    const { status } = await post('/api/articles', FERRY_IN_SPANISH);
    expect(status).toBe(201);
    await drain();
    const story = await request(lambda('Editor'), 'GET', '/api/articles/ferry', {
      headers: { authorization },
    });
    expect(JSON.parse(story.bytes.toString()).translations).toEqual([
      { id: 'transbordador', language: 'es' },
    ]);
  });

  test('a tick announces an embargoed story once its time has come', async () => {
    const publishedAt = '2026-11-23T13:00:00.000Z';
    const { status, bytes } = await post('/api/articles', { ...BUDGET, publishedAt });
    expect(status, bytes.toString()).toBe(201);
    await drain();
    const atom = () =>
      request(lambda('Public'), 'GET', '/atom.xml', { headers: { 'accept-encoding': 'identity' } });
    expect((await atom()).bytes.toString()).not.toContain('The budget');
    await tickAt('2026-11-23T12:59:00Z');
    expect(deployed().queues.take(deployed().workQueue)).toEqual([]);
    await tickAt(publishedAt);
    expect(kindsIn(deployed().workQueue)).toEqual(['outbox']);
    expect((await atom()).bytes.toString()).toContain('The budget');
  });

  editionTests(deployed);

  test('POST /api/tokens makes a token that works until it is revoked', async () => {
    const made = await post('/api/tokens', { name: 'CMS', scopes: ['articles:read'] });
    expect(made.status, made.bytes.toString()).toBe(201);
    const { id, token } = JSON.parse(made.bytes.toString());
    const list = () =>
      request(lambda('Editor'), 'GET', '/api/articles', { headers: { authorization: `Bearer ${token}` } });
    expect((await list()).status).toBe(200);
    await request(lambda('Editor'), 'DELETE', `/api/tokens/${id}`, { headers: { authorization } });
    expect((await list()).status).toBe(401);
  });

  test('PUT and DELETE /api/articles/{id} change and retract, and a retraction empties the edge', async () => {
    const body = JSON.stringify({ ...FERRY, title: 'Changed' });
    const headers = { authorization, 'content-type': 'application/json' };
    const call = (method: string, more = {}) =>
      request(lambda('Editor'), method, '/api/articles/ferry', { headers, ...more });
    expect((await call('PUT', { body })).status).toBe(200);
    expect((await call('DELETE')).status).toBe(204);
    await drain();
    expect(deployed().edge.invalidations).toHaveLength(1);
    expect(deployed().edge.invalidations[0]?.body).toContain('<Path>/*</Path>');
  });
}
