import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chooseEncoding } from '../../functions/feeds/negotiation.ts';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

let world: World;
let request: World['request'];
async function withAStory(): Promise<void> {
  world = await setUp();
  request = world.request;
  await world.edit('POST', '/api/articles', anArticleInput({ id: 'ferry', tags: ['Ferries'] }));
}
const get = (path: string, headers: Record<string, string> = {}) => request(path, { headers });
const FILES = ['rss.xml', 'atom.xml', 'feed.json'] as const;
const TYPES = {
  'rss.xml': 'application/rss+xml',
  'atom.xml': 'application/atom+xml',
  'feed.json': 'application/feed+json',
};
const SECOND = 1000;

describe.each(FILES)('GET /%s', (file) => {
  beforeAll(withAStory);

  test('is answered with the exact content type of its format, in UTF-8', async () => {
    expect((await get(`/${file}`)).headers.get('content-type')).toBe(`${TYPES[file]}; charset=utf-8`);
  });

  test('is answered with the same bytes and headers for as long as nothing changes', async () => {
    const before = await get(`/${file}`);
    world.pass(30 * 24 * 3600 * SECOND);
    const after = await get(`/${file}`);
    expect(await after.text()).toBe(await before.text());
    expect([...after.headers]).toEqual([...before.headers]);
  });

  test('is answered 304 if the request has the current ETag, without a body and with the headers that a cache needs', async () => {
    const first = await get(`/${file}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    const again = await get(`/${file}`, { 'if-none-match': etag });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    for (const name of ['etag', 'cache-control', 'vary', 'last-modified', 'link']) {
      expect(again.headers.get(name), name).toBe(first.headers.get(name));
    }
  });

  test('HEAD has the headers of GET and no body', async () => {
    const head = await request(`/${file}`, { method: 'HEAD' });
    expect(await head.text()).toBe('');
    expect([...head.headers]).toEqual([...(await get(`/${file}`)).headers]);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(300);
  });
});

describe('a request with', () => {
  beforeAll(withAStory);

  const LAST = 'Sun, 22 Nov 2026 12:00:00 GMT';
  const EARLIER = 'Sun, 22 Nov 2026 11:59:59 GMT';
  const LATER = 'Mon, 23 Nov 2026 12:00:00 GMT';

  test.each([
    ['the ETag alone', { tag: 'E' }, 304],
    ['the ETag as a weak one', { tag: 'W/E' }, 304],
    ['a list that has the ETag', { tag: '"x", W/"y" ,E,"z"' }, 304],
    ['a list without a space that has the ETag', { tag: '"x",E' }, 304],
    ['an asterisk', { tag: '*' }, 304],
    ['another ETag', { tag: '"x"' }, 200],
    ['the ETag in a second pair of quotes', { tag: '"E"' }, 200],
    ['an empty If-None-Match', { tag: '' }, 200],
    ['a tag without quotes', { tag: 'abc' }, 200],
    ['the date alone', { since: LAST }, 304],
    ['a later date', { since: LATER }, 304],
    ['an earlier date', { since: EARLIER }, 200],
    ['the date in the obsolete form of RFC 850', { since: 'Sunday, 22-Nov-26 12:00:00 GMT' }, 304],
    ['an earlier date in the obsolete form of RFC 850', { since: 'Sunday, 22-Nov-26 11:59:59 GMT' }, 200],
    ['the date in the obsolete form of asctime', { since: 'Sun Nov 22 12:00:00 2026' }, 304],
    ['an earlier date in the obsolete form of asctime', { since: 'Sun Nov 22 11:59:59 2026' }, 200],
    ['the ETag and an earlier date', { tag: 'E', since: EARLIER }, 304],
    ['another ETag and the date', { tag: '"x"', since: LAST }, 200],
    ['an invalid date that is a word', { since: 'yesterday' }, 200],
    ['an invalid date in ISO 8601', { since: '2030-01-01T00:00:00Z' }, 200],
    ['an invalid date that is a number', { since: '4102444800' }, 200],
    ['an invalid date whose day does not exist', { since: 'Sun, 99 Nov 2030 12:00:00 GMT' }, 200],
    ['an invalid date whose hour does not exist', { since: 'Sun, 22 Nov 2030 27:00:00 GMT' }, 200],
    ['an empty If-Modified-Since', { since: '' }, 200],
  ])('%s (%j) is answered %i', async (_, given: { tag?: string; since?: string }, status) => {
    // E stands for the ETag.
    const etag = (await get('/rss.xml')).headers.get('etag') ?? '';
    const headers = {
      ...(given.tag !== undefined && { 'if-none-match': given.tag.replace('E', etag) }),
      ...(given.since !== undefined && { 'if-modified-since': given.since }),
    };
    expect((await get('/rss.xml', headers)).status).toBe(status);
  });
});

describe('Last-Modified', () => {
  beforeEach(withAStory);

  test('advances on an edit and on a removal', async () => {
    const seen = [(await get('/rss.xml')).headers.get('last-modified')];
    world.pass(60 * SECOND);
    await world.edit('PATCH', '/api/articles/ferry', { title: 'New' });
    seen.push((await get('/rss.xml')).headers.get('last-modified'));
    world.pass(60 * SECOND);
    await world.edit('DELETE', '/api/articles/ferry');
    seen.push((await get('/rss.xml')).headers.get('last-modified'));
    expect(seen).toEqual([
      'Sun, 22 Nov 2026 12:00:00 GMT',
      'Sun, 22 Nov 2026 12:01:00 GMT',
      'Sun, 22 Nov 2026 12:02:00 GMT',
    ]);
  });

  test('is never in the future, even if the clock of the process that wrote was ahead', async () => {
    const ahead = await setUp({ sharing: world, time: { now: world.now() + 3600 * SECOND } });
    await ahead.edit('POST', '/api/articles', anArticleInput({ publishedAt: '2026-11-22T11:00:00Z' }));
    const { headers } = await get('/rss.xml');
    expect(Date.parse(headers.get('last-modified') ?? '')).toBeLessThanOrEqual(world.now());
  });

  test('is not turned back by an edit in a process whose clock is behind', async () => {
    world.pass(3600 * SECOND);
    await world.edit('PATCH', '/api/articles/ferry', { title: 'One' });
    const before = (await get('/rss.xml')).headers.get('last-modified');
    const behind = await setUp({ sharing: world, time: { now: world.now() - 1800 * SECOND } });
    await behind.edit('PATCH', '/api/articles/ferry', { title: 'Two' });
    world.pass(SECOND);
    const after = await get('/rss.xml');
    expect(await after.text()).toContain('Two');
    expect(after.headers.get('last-modified')).toBe(before);
  });
});

describe('encodings', () => {
  beforeAll(withAStory);

  test('br and gzip contain the same document, each has its own ETag, and each ETag is answered 304 in any encoding', async () => {
    const plain = await get('/rss.xml');
    const br = await get('/rss.xml', { 'accept-encoding': 'br' });
    const gzip = await get('/rss.xml', { 'accept-encoding': 'gzip' });
    const text = await plain.text();
    expect(brotliDecompressSync(Buffer.from(await br.arrayBuffer())).toString()).toBe(text);
    expect(gunzipSync(Buffer.from(await gzip.arrayBuffer())).toString()).toBe(text);
    expect([plain, br, gzip].map(({ headers }) => headers.get('content-encoding'))).toEqual([
      null,
      'br',
      'gzip',
    ]);
    const tags = [plain, br, gzip].map(({ headers }) => headers.get('etag') ?? '');
    expect(new Set(tags).size).toBe(3);
    for (const tag of tags) {
      for (const encoding of ['br', 'gzip', 'identity']) {
        const answer = await get('/rss.xml', { 'if-none-match': tag, 'accept-encoding': encoding });
        expect(answer.status).toBe(304);
      }
    }
    for (const { headers } of [plain, br, gzip]) expect(headers.get('vary')).toBe('Accept-Encoding, Accept');
  });

  test.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0.5, gzip;q=1.0', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['*;q=0, identity', 'identity'],
    ['*;q=0, gzip;q=0.1', 'gzip'],
    ['identity;q=0', undefined],
    ['identity;q=0, gzip;q=0.2', 'gzip'],
    ['identity, br;q=0.1', 'identity'],
    ['zstd', 'identity'],
    ['zstd, identity;q=0', undefined],
    ['nonsense;;q==,', 'identity'],
  ])('Accept-Encoding: %s is answered with %s', (header, encoding) => {
    expect(chooseEncoding(header)).toBe(encoding);
  });

  test('a client that refuses every encoding gets 406', async () => {
    const answer = await get('/rss.xml', { 'accept-encoding': 'identity;q=0, *;q=0' });
    expect(answer.status).toBe(406);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('headers and addresses', () => {
  beforeAll(withAStory);

  test('a cache may keep a feed as long as its ttl says, a shared cache has its own limit, and both may serve it while we are down', async () => {
    const answer = await get('/rss.xml');
    const control = answer.headers.get('cache-control') ?? '';
    expect(control).toMatch(
      /^public, max-age=300, s-maxage=\d+, stale-while-revalidate=\d+, stale-if-error=\d+$/,
    );
    expect(await answer.text()).toContain('<ttl>5</ttl>');
    expect(answer.headers.get('expires')).toBeNull();
  });

  test('no cookie is set, and scripts of other sites may read the headers that a feed reader needs', async () => {
    const { headers } = await get('/rss.xml');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toMatch(/ETag.*Link.*Last-Modified/);
  });

  test('a query string changes nothing', async () => {
    const plain = await get('/rss.xml');
    for (const query of ['?', '?utm_source=x', '?format=atom&limit=1&language=es&tag=none']) {
      const other = await get(`/rss.xml${query}`);
      expect(await other.text()).toBe(await plain.clone().text());
      expect(other.headers.get('etag')).toBe(plain.headers.get('etag'));
    }
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE2'])(
    '%s is answered 405 with the allowed methods',
    async (method) => {
      const answer = await request('/sections/harbour/atom.xml', { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    },
  );

  test('an OPTIONS preflight is answered 204', async () => {
    const answer = await request('/rss.xml', {
      method: 'OPTIONS',
      headers: { origin: 'https://reader.example' },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-methods')).toContain('GET');
    expect(answer.headers.get('access-control-allow-headers')).toContain('If-None-Match');
  });

  test.each([
    '/tags/unknown/rss.xml',
    '/authors/nobody/atom.xml',
    '/sections/unknown/feed.json',
    '/fr/rss.xml',
    '/fr/sections/harbour/rss.xml',
    '/tags/%E0%A4%A/rss.xml',
    `/tags/${'x'.repeat(5000)}/rss.xml`,
    `/tags/${'%F0%9F%98%80'.repeat(600)}/rss.xml`,
    '/tags/%00%ff/rss.xml',
    '/tags/*/rss.xml',
    '/sections/..%2f..%2f/rss.xml',
  ])('GET %.40s is answered 404, because there is no such feed', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('the feeds in the settings are served before their first article, empty and with a fixed date', async () => {
    const { request: ask, pass } = await setUp();
    pass(5 * SECOND);
    for (const folder of ['', '/es', '/sections/culture', '/en/sections/culture']) {
      for (const file of FILES) {
        const answer = await ask(`${folder}/${file}`);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('last-modified')).toBe('Wed, 01 May 2024 00:00:00 GMT');
      }
    }
  });
});
