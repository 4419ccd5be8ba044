import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../functions/adapters/one-machine/dynoxide.ts';
import { listen } from '../../functions/start/local-installation.ts';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

/** Polls of feeds that the process remembers. They come to its server over HTTP, or as requests to the app itself. */

let world: World;
let port: number;
let close: () => void;
let etag: string;
beforeAll(async () => {
  world = await setUp();
  await world.edit('POST', '/api/articles', anArticleInput({ id: 'ferry', tags: ['López Obrador'] }));
  port = await freePort();
  const server = await listen(world.app, { ...world.config, port, baseUrl: 'http://localhost' });
  close = () => void server.close();
  etag = (await world.request('/rss.xml')).headers.get('etag') ?? '';
});
afterAll(() => close());

type Answer = { status: number | undefined; headers: IncomingMessage['headers']; body: Buffer };

/** Sends a request as a feed reader does. A header with a list of values is sent once for each value. */
function poll(path: string, headers: Record<string, string | string[]>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers, agent: false }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () =>
        resolve({ status: message.statusCode, headers: message.headers, body: Buffer.concat(chunks) }),
      );
    }).once('error', reject);
  });
}

const TAG = '/tags/lopez-obrador/atom.xml';

describe('the server answers the same as the app', () => {
  test.each<[string, number, string, Record<string, string | string[]>]>([
    ['nothing special', 200, '/rss.xml', {}],
    ['an ETag', 304, '/rss.xml', { 'If-None-Match': 'E' }],
    ['two ETags in two headers', 304, '/rss.xml', { 'if-none-match': ['"x"', 'E'] }],
    ['another ETag and a date', 200, '/rss.xml', { 'if-none-match': '"x"', 'if-modified-since': 'D' }],
    ['a date', 304, '/rss.xml', { 'IF-MODIFIED-SINCE': 'D' }],
    ['gzip', 200, '/rss.xml?utm_source=x', { 'accept-encoding': 'gzip' }],
    ['gzip refused and br, in two headers', 200, '/rss.xml', { 'accept-encoding': ['gzip;q=0', 'br'] }],
    ['every encoding refused', 406, '/rss.xml', { 'accept-encoding': '*;q=0' }],
    ['an ETag and A-IM: feed', 304, '/rss.xml', { 'if-none-match': 'E', 'a-im': 'feed' }],
    ['HTML as the accepted type', 200, '/rss.xml', { accept: 'text/html' }],
    ['the address of the feed of a tag', 200, TAG, {}],
    ['the address of a feed that does not exist', 404, '/tags/none/atom.xml', {}],
  ])('to a request with %s', async (_, status, path, given) => {
    const since = new Date(world.now()).toUTCString();
    const fill = (value: string) => value.replace(/^E$/, etag).replace(/^D$/, since);
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.map(fill) : fill(value),
      ]),
    );
    const joined = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    );
    // The router answers the first poll and remembers the feed. The next polls are answered from memory.
    for (let time = 1; time <= 3; time++) {
      const [served, answered] = [await poll(path, headers), await world.request(path, { headers: joined })];
      expect([served.status, answered.status]).toEqual([status, status]);
      expect(served.headers).toMatchObject(Object.fromEntries(answered.headers));
      expect(served.body.equals(Buffer.from(await answered.arrayBuffer()))).toBe(true);
    }
  });
});

describe('a poll that comes again within a second', () => {
  const ask = (headers: Record<string, string> = {}, method = 'GET') =>
    world.app.fetch(new Request('https://paper.example/rss.xml', { method, headers }));

  test('is answered at once, without a promise', async () => {
    await ask();
    expect(ask()).toBeInstanceOf(Response);
    expect(ask({ 'if-none-match': etag })).toBeInstanceOf(Response);
  });

  test('is answered with the current state, so that an edit is in the next answer', async () => {
    await ask();
    await world.edit('PATCH', '/api/articles/ferry', { title: 'Corrected' });
    const after = await ask({ 'if-none-match': etag });
    expect(after.status).toBe(200);
    expect(await after.text()).toContain('Corrected');
    const now = after.headers.get('etag') ?? '';
    expect(now).not.toBe(etag);
    expect((await ask({ 'if-none-match': now })).status).toBe(304);
    etag = now;
  });

  test('is answered with a page if it prefers HTML, and with the feed if it does not', async () => {
    await ask();
    const typeFor = async (accept: string) => (await ask({ accept })).headers.get('content-type');
    expect(await typeFor('Text/HTML, */*;q=0.8')).toContain('text/html');
    expect(await typeFor('application/rss+xml, text/html;q=0.5')).toContain('application/rss+xml');
    expect(await typeFor('*/*')).toContain('application/rss+xml');
  });

  test('is answered with a delta if it asks for a delta', async () => {
    const had = (await ask()).headers.get('etag') ?? '';
    await world.edit('PATCH', '/api/articles/ferry', { title: 'Corrected again' });
    await ask();
    expect((await ask({ 'if-none-match': had })).status).toBe(200);
    expect((await ask({ 'if-none-match': had, 'a-im': 'feed' })).status).toBe(226);
  });

  test('is answered by the router if it has another method', async () => {
    await ask();
    expect(await (await ask({}, 'HEAD')).text()).toBe('');
    expect((await ask({}, 'POST')).status).toBe(405);
  });

  test('is answered 404 for a month whose last article left long ago, whatever the feed reader has', async () => {
    const path = '/archive/2026-10/rss.xml';
    const status = async (headers: Record<string, string> = {}) =>
      (await world.request(path, { headers })).status;
    await world.edit('PUT', '/api/articles/old', anArticleInput({ publishedAt: '2026-10-05T12:00:00Z' }));
    expect(await status()).toBe(200);
    await world.edit('PATCH', '/api/articles/old', { publishedAt: '2026-11-05T12:00:00Z' });
    expect(await status()).toBe(200);
    world.pass(100 * 24 * 3600 * 1000);
    expect(await status()).toBe(404);
    expect(await status({ 'if-none-match': '*' })).toBe(404);
  });
});
