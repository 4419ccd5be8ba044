import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { OWNER_TOKEN, setUp, type World } from '../support/installation.ts';
import { postWildJson } from './wild-json.ts';

let world: World;
beforeAll(async () => {
  world = await setUp();
});
const post = (body: unknown, headers?: Record<string, string>) =>
  world.edit('POST', '/api/articles', body, headers);
/** Sets up a new world. Returns a function that counts its articles, so that a test can see that nothing was stored. */
async function alone(): Promise<() => Promise<number>> {
  world = await setUp();
  return async () => (await (await world.edit('GET', '/api/articles')).json()).articles.length;
}

async function faultsOf(fields: Record<string, unknown>): Promise<Record<string, string>> {
  const answer = await post(anArticleInput(fields));
  expect(answer.status).toBe(422);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = await answer.json();
  expect(problem).toMatchObject({
    type: 'about:blank',
    status: 422,
    title: expect.any(String),
    detail: expect.any(String),
  });
  return Object.fromEntries(
    problem.errors.map(({ pointer, detail }: Record<string, string>) => [pointer, detail]),
  );
}

test('all faults are answered at once, each with its place and what is allowed, and nothing is stored', async () => {
  const stored = await alone();
  const faults = await faultsOf({
    title: '',
    language: 'english please',
    section: undefined,
    content: {},
    authors: [{ name: 'Ana' }, { name: 7 }, { url: 'x' }],
    tags: ['ok', 5],
    image: { url: '/relative.jpg', alt: 'x', credits: 'typo' },
    audio: { url: 'https://a.example/a.mp3', type: 'image/png', bytes: -1 },
    publishedAt: '2026-02-30T10:00:00Z',
    status: 'live',
    featured: 'yes',
    related: [{ title: 'x', url: 'javascript:alert(1)' }],
    translationOf: 'a b',
    'a/b~c': 1,
  });
  expect(faults).toEqual({
    '/title': 'must not be empty',
    '/language': expect.stringContaining('BCP 47'),
    '/content': 'must have html or markdown, and not both',
    '/authors/1/name': 'must be a string',
    '/authors/2/name': 'is missing: it must be a string',
    '/authors/2/url': expect.stringContaining('absolute http or https URL'),
    '/tags/1': 'must be a string',
    '/image/url': expect.stringContaining('absolute'),
    '/image/credits': expect.stringContaining('not a field'),
    '/audio/type': expect.stringContaining('audio/mpeg'),
    '/audio/bytes': expect.stringContaining('whole number'),
    '/publishedAt': expect.stringContaining('RFC 3339'),
    '/status': 'must be draft or published',
    '/featured': 'must be true or false',
    '/related/0/url': expect.stringContaining('absolute'),
    '/translationOf': expect.stringContaining('letters, digits'),
    '/a~1b~0c': expect.stringContaining('not a field'),
  });
  expect(await stored()).toBe(0);
});

describe('the fields of an article', () => {
  test.each(['toString', 'constructor', 'hasOwnProperty', 'Title', 'body', 'html'])(
    'do not include %s',
    async (name) => {
      expect(Object.keys(await faultsOf({ [name]: 'x' }))).toEqual([`/${name}`]);
    },
  );

  test('do not include __proto__, and __proto__ pollutes nothing', async () => {
    const answer = await post(JSON.stringify(anArticleInput()).replace('{', '{"__proto__":{"summary":"x"},'));
    expect(answer.status).toBe(422);
    expect(({} as Record<string, unknown>).summary).toBeUndefined();
  });

  test.each([
    ['id', 'import'],
    ['id', ''],
    ['id', 'a/b'],
    ['id', '-a'],
    ['id', 'x'.repeat(129)],
    ['title', '\u0000\u0001'],
    ['title', '   '],
    ['title', 'x'.repeat(110_001)],
    ['section', '!!!'],
    ['language', ''],
    ['language', `en-x-${'abcd-'.repeat(50)}abcd`],
    ['url', 'ftp://a.example/'],
    ['url', 'https://'],
    ['url', `https://a.example/${'x'.repeat(2048)}`],
    ['commentsUrl', '//a.example/'],
    ['publishedAt', '2026-11-22'],
    ['publishedAt', '2026-11-22T10:00:00'],
    ['publishedAt', '2026-11-22T24:00:00Z'],
    ['publishedAt', '2026-11-31T10:00:00Z'],
    ['publishedAt', '9999-12-31T23:59:59-23:00'],
    ['publishedAt', '0000-01-01T00:00:00Z'],
    ['publishedAt', 1_700_000_000],
    ['authors', 'Ana'],
    ['authors', { name: 'Ana' }],
    ['contributors', [{ name: 'Ana', url: '/staff/ana' }]],
    ['contributors', [{ url: 'https://a.example/' }]],
    ['tags', 'one'],
    ['tags', ['']],
    ['tags', [null]],
    ['content', 'text'],
    ['content', { html: '' }],
    ['content', { html: '<script>x</script>' }],
    ['content', { markdown: '   ' }],
    ['image', 'https://a.example/x.jpg'],
    ['status', null as unknown, 201],
  ])('are refused if %s is %.60j', async (name, value, status = 422) => {
    expect((await post(anArticleInput({ [name]: value }))).status).toBe(status);
  });

  test.each([
    ['en', 'en'],
    ['EN-us', 'en-US'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['pt-BR', 'pt-BR'],
  ])('may have the language %s, which is stored as %s', async (given, language) => {
    expect((await (await post(anArticleInput({ language: given }))).json()).language).toBe(language);
  });

  test.each([
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00.123456789+05:30', '2026-11-22T04:30:00.123Z'],
    ['2024-02-29T10:00-08:00', '2024-02-29T18:00:00.000Z'],
  ])('may have the date %s, which is stored as %s', async (given, publishedAt) => {
    expect((await (await post(anArticleInput({ publishedAt: given }))).json()).publishedAt).toBe(publishedAt);
  });
});

describe('limits', () => {
  test('an article with as much as is allowed of everything is stored, and is moved to other feeds in one change', async () => {
    const names = (what: string, count: number) =>
      Array.from({ length: count }, (_, n) => `${what} ${n} ${'x'.repeat(150)}`);
    const fields = (what: string, publishedAt: string) => ({
      tags: names(what, 25),
      authors: names(what, 10).map((name) => ({ name })),
      section: what,
      publishedAt,
    });
    const put = (body: unknown) => world.edit('PUT', '/api/articles/a', body);
    expect(
      (await put(anArticleInput({ ...fields('one', '2026-11-20T00:00:00Z'), translationOf: 'x' }))).status,
    ).toBe(201);
    const moved = anArticleInput({
      ...fields('two', '2026-11-19T00:00:00Z'),
      language: 'es',
      translationOf: 'y',
    });
    expect((await put(moved)).status).toBe(200);
    expect(
      (await put(anArticleInput({ ...fields('three', '2027-11-19T00:00:00Z'), language: 'fr' }))).status,
    ).toBe(200);
    expect((await put(anArticleInput({ ...fields('four', '2026-11-18T00:00:00Z') }))).status).toBe(200);
  });

  test.each([
    ['tags', Array.from({ length: 26 }, (_, n) => `t${n}`), 'at most 25'],
    ['tags', Array.from({ length: 1000 }, (_, n) => `t${n}`), 'at most 25'],
    ['authors', Array.from({ length: 11 }, (_, n) => ({ name: `a${n}` })), 'at most 10'],
    ['contributors', Array.from({ length: 11 }, (_, n) => ({ name: `a${n}` })), 'at most 10'],
    ['related', Array.from({ length: 51 }, () => ({ title: 't', url: 'https://a.example/' })), 'at most 50'],
  ])('too many %s are refused', async (name, value, words) => {
    expect((await faultsOf({ [name]: value }))[`/${name}`]).toContain(words);
  });

  test('a title of 100,000 characters is stored whole', async () => {
    const title = 'é'.repeat(100_000);
    expect((await (await post(anArticleInput({ title }))).json()).title).toBe(title);
  });

  test('a body over 1 MB is refused with 413, whether or not its length is given', async () => {
    const stored = await alone();
    const body = JSON.stringify(anArticleInput({ content: { html: 'x'.repeat(1_048_576) } }));
    expect((await post(body)).status).toBe(413);
    expect((await post(body, { 'content-length': String(body.length) })).status).toBe(413);
    expect((await world.edit('PUT', '/api/articles/a', body)).status).toBe(413);
    expect((await world.edit('PATCH', '/api/articles/a', body)).status).toBe(413);
    expect(await stored()).toBe(0);
  });

  test('an article that does not fit into an item is refused with 422, with or without a key, and nothing is stored', async () => {
    const stored = await alone();
    const html = `<p>${randomBytes(600_000).toString('base64')}</p>`;
    const body = JSON.stringify(anArticleInput({ content: { html } }));
    for (const headers of [undefined, { 'idempotency-key': 'k' }]) {
      const answer = await post(body, headers);
      expect(answer.status).toBe(422);
      expect((await answer.json()).errors[0]).toMatchObject({
        pointer: '/content',
        detail: expect.stringContaining('too large'),
      });
    }
    expect(await stored()).toBe(0);
  });
});

describe('requests that cannot be read', () => {
  const send = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    world.request('/api/articles', {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${OWNER_TOKEN}`, 'content-type': 'application/json', ...headers },
    });

  test.each([
    ['broken JSON', '{"title": '],
    ['nothing', ''],
    ['bad UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['objects nested too deep', `${'{"content":'.repeat(80_000)}1${'}'.repeat(80_000)}`],
    ['lists nested too deep', `{"tags":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
    [
      'an ignored field nested too deep',
      JSON.stringify({ ...anArticleInput(), warnings: 0 }).replace(
        '"warnings":0',
        `"warnings":${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      ),
    ],
  ])('a body is refused with 400 if it is or has: %s', async (_, body) => {
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', ''])(
    'the type %j is refused with 415',
    async (type) => {
      expect((await send('{}', { 'content-type': type })).status).toBe(415);
    },
  );

  test('a type with parameters is taken as JSON, in upper or lower case', async () => {
    expect(
      (await send(JSON.stringify(anArticleInput()), { 'content-type': 'Application/JSON; charset=utf-8' }))
        .status,
    ).toBe(201);
  });

  test('a body with a byte order mark is accepted', async () => {
    expect((await send(`\ufeff${JSON.stringify(anArticleInput())}`)).status).toBe(201);
  });

  test('other methods are refused with 405 and the allowed methods', async () => {
    const answer = await world.edit('PUT', '/api/articles', {});
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect((await world.edit('POST', '/api/articles/a', {})).headers.get('allow')).toContain('PATCH');
  });
});

test('any JSON is answered without a 500, and does not break the feeds', async () => {
  await postWildJson(await setUp(), 40);
});
