import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { readDocument } from '../support/archive-reader.ts';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

/** Requests for documents of every kind of feed, with every method, encoding and validator. */

const DOCUMENTS = [
  '/rss.xml',
  '/atom.xml',
  '/feed.json',
  '/podcast.xml',
  '/es/sections/harbour/rss.xml',
  '/tags/ferries/atom.xml',
  '/authors/ana-ruiz/feed.json',
  '/archive/2026-10/rss.xml',
  '/en/archive/2026-11/atom.xml',
  '/tags/ferries/archive/2026-10/feed.json',
];
const ENCODINGS: Record<string, { coding: string | null; unpack: (bytes: Buffer) => Buffer }> = {
  br: { coding: 'br', unpack: brotliDecompressSync },
  'gzip, deflate': { coding: 'gzip', unpack: gunzipSync },
  identity: { coding: null, unpack: (bytes) => bytes },
};
const OF_A_304 = ['etag', 'cache-control', 'vary', 'last-modified', 'link', 'access-control-allow-origin'];
const YEAR = 365 * 24 * 3600 * 1000;

let world: World;
beforeAll(async () => {
  world = await setUp();
  const audio = { url: 'https://audio.example/a.mp3', type: 'audio/mpeg', bytes: 1000, seconds: 60 };
  const common = { tags: ['Ferries'], authors: [{ name: 'Ana Ruiz' }], audio };
  for (const [id, language, publishedAt] of [
    ['a', 'en', '2026-10-10T10:00:00Z'],
    ['b', 'es', '2026-10-11T10:00:00Z'],
    ['c', 'en', '2026-11-12T10:00:00Z'],
  ]) {
    const input = anArticleInput({ id, language, publishedAt, ...common });
    expect((await world.edit('POST', '/api/articles', input)).status).toBe(201);
  }
});

/**
 * Returns headers with validators, each with whether they say that the client has the document. `tag` is the ETag in the encoding
 * that the client asks for now, and `otherTag` is the ETag in another encoding.
 */
function validators(
  tag: string,
  otherTag: string,
  lastModified: string,
): [Record<string, string>, boolean][] {
  const date = (shift: number) => new Date(Date.parse(lastModified) + shift).toUTCString();
  const tags: [string | undefined, boolean | undefined][] = [
    [undefined, undefined],
    [tag, true],
    [`W/${tag}`, true],
    [otherTag, true],
    [`"x", W/"y" , ${tag}`, true],
    ['*', true],
    ['"x"', false],
    ['', false],
    ['nonsense', false],
  ];
  const dates: [string | undefined, boolean | undefined][] = [
    [undefined, undefined],
    [date(0), true],
    [date(YEAR), true],
    [date(-1000), false],
    ['not a date', undefined],
    ['', undefined],
  ];
  return tags.flatMap(([ifNoneMatch, hasTag]) =>
    dates.map(([since, hasSince]): [Record<string, string>, boolean] => [
      {
        ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
        ...(since !== undefined && { 'if-modified-since': since }),
      },
      // If a request has an If-None-Match, only that decides (RFC 9110, 13.2.2).
      hasTag ?? hasSince ?? false,
    ]),
  );
}

describe.each(DOCUMENTS)('%s', (path) => {
  test.each(Object.keys(ENCODINGS))(
    'in %s is answered correctly by GET and HEAD with every validator',
    async (accept) => {
      const expected = ENCODINGS[accept];
      const ask = (headers: Record<string, string>, method = 'GET') =>
        world.request(path, { method, headers: { 'accept-encoding': accept, ...headers } });
      const plain = await world.request(path);
      const whole = await ask({});
      const bytes = Buffer.from(await whole.arrayBuffer());
      expect(whole.headers.get('content-encoding')).toBe(expected?.coding ?? null);
      expect(expected?.unpack(bytes).toString()).toBe(await plain.text());
      const [tag, otherTag] = [whole, plain].map(({ headers }) => headers.get('etag') ?? '') as [
        string,
        string,
      ];
      for (const [headers, has] of validators(tag, otherTag, whole.headers.get('last-modified') ?? '')) {
        const [get, head] = [await ask(headers), await ask(headers, 'HEAD')];
        const what = JSON.stringify(headers);
        expect([get.status, head.status], what).toEqual(has ? [304, 304] : [200, 200]);
        expect([...head.headers], what).toEqual([...get.headers]);
        expect(await head.text()).toBe('');
        const body = Buffer.from(await get.arrayBuffer());
        if (!has) expect(body.equals(bytes), what).toBe(true);
        else expect(body.byteLength).toBe(0);
        for (const name of OF_A_304) expect(get.headers.get(name), name).toBe(whole.headers.get(name));
      }
    },
  );

  test('has the same links in the Link header as in the document', async () => {
    const { links, response } = await readDocument((address) => world.request(address), path);
    const header = response.headers.get('link') ?? '';
    const inHeader = [...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]);
    const { self, hub } = links;
    expect(Object.fromEntries(inHeader)).toEqual({ self, ...(hub && { hub }) });
    expect(self).toBe(`https://paper.example${path}`);
    expect(hub).toBe(path.includes('/archive/') ? undefined : 'https://paper.example/websub');
  });

  test('has no cookie and no Expires, is readable from other sites, and is not changed by a query', async () => {
    const plain = await world.request(path);
    const other = await world.request(`${path}?utm_source=x&page=2&format=atom`);
    expect([...other.headers]).toEqual([...plain.headers]);
    expect(await other.text()).toBe(await plain.text());
    expect([plain.headers.get('set-cookie'), plain.headers.get('expires')]).toEqual([null, null]);
    expect(plain.headers.get('access-control-allow-origin')).toBe('*');
    expect(plain.headers.get('access-control-expose-headers')).toBe('ETag, Link, Last-Modified');
    const [, maxAge, sharedMaxAge] =
      /max-age=(\d+), s-maxage=(\d+)/.exec(plain.headers.get('cache-control') ?? '') ?? [];
    expect(Number(maxAge)).toBeGreaterThanOrEqual(300);
    expect(Number(maxAge)).toBeLessThanOrEqual(3600);
    expect(Number(sharedMaxAge)).toBeGreaterThanOrEqual(60);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s is answered 405 with the allowed methods',
    async (method) => {
      const answer = await world.request(path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    },
  );

  test('OPTIONS is answered 204 with the methods and headers that another site may send', async () => {
    const answer = await world.request(path, {
      method: 'OPTIONS',
      headers: { origin: 'https://reader.example' },
    });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS');
    expect(answer.headers.get('access-control-allow-headers')).toBe('If-None-Match, If-Modified-Since, A-IM');
  });
});
