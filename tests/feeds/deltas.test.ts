import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';
import { setUp, type World } from '../support/installation.ts';
import { all, readAtom, readJson, readRss, xmlTree } from '../support/parsers.ts';

/** Deltas (RFC 3229 with `A-IM: feed`) are answers with only the entries that a feed reader does not have yet. */

const FILES = ['rss.xml', 'atom.xml', 'feed.json'] as const;
const READ = { 'rss.xml': readRss, 'atom.xml': readAtom, 'feed.json': readJson };
const FAULTS = { 'rss.xml': rssFaults, 'atom.xml': atomFaults, 'feed.json': jsonFeedFaults };

let world: World;
beforeEach(async () => {
  world = await setUp();
  for (const id of ['a', 'b', 'c']) await post(id);
});

async function post(id: string, fields: Record<string, unknown> = {}): Promise<void> {
  world.pass(60_000);
  const answer = await world.edit('PUT', `/api/articles/${id}`, anArticleInput({ id, title: id, ...fields }));
  expect(answer.status).toBe(201);
}
const tagOf = async (path: string, headers = {}) =>
  (await world.request(path, { headers })).headers.get('etag') ?? '';
const poll = (path: string, tag: string, headers: Record<string, string> = {}, method = 'GET') =>
  world.request(path, { method, headers: { 'if-none-match': tag, 'a-im': 'feed', ...headers } });

describe.each(FILES)('GET /%s', (file) => {
  const titles = async (answer: Response) => READ[file](await answer.text()).map(({ title }) => title);

  test('with A-IM: feed and the ETag of an earlier document is answered 226, with only the new entries', async () => {
    const tag = await tagOf(`/${file}`);
    await post('d');
    await world.edit('PATCH', '/api/articles/a', { title: 'a, edited' });
    const answer = await poll(`/${file}`, tag);
    expect(answer.status).toBe(226);
    expect(answer.headers.get('im')).toBe('feed');
    expect(FAULTS[file](await answer.clone().text())).toEqual([]);
    expect(await titles(answer)).toEqual(['d', 'a, edited']);
  });

  test('a delta has the ETag of the whole document, and a request with that ETag is answered 304', async () => {
    const tag = await tagOf(`/${file}`);
    await post('d');
    const answer = await poll(`/${file}`, tag);
    const whole = await world.request(`/${file}`);
    for (const name of ['etag', 'last-modified', 'link', 'content-type'])
      expect(answer.headers.get(name), name).toBe(whole.headers.get(name));
    expect((await poll(`/${file}`, answer.headers.get('etag') ?? '')).status).toBe(304);
  });

  test('a feed reader that got a delta gets a delta again, even if nobody requested the whole document in between', async () => {
    let tag = await tagOf(`/${file}`);
    for (const id of ['d', 'e', 'f']) {
      await post(id);
      const answer = await poll(`/${file}`, tag);
      expect([answer.status, await titles(answer.clone())]).toEqual([226, [id]]);
      tag = answer.headers.get('etag') ?? '';
    }
  });

  test('a delta has the title of its feed, whichever stories are in the delta', async () => {
    const title = async (answer: Response) => {
      const text = await answer.text();
      return file === 'feed.json' ? JSON.parse(text).title : /<title[^>]*>([^<]*)/.exec(text)?.[1];
    };
    await post('one', { authors: [{ name: 'Ana Ruiz' }] });
    await post('two', { authors: [{ name: 'ANA RUIZ' }] });
    const tag = await tagOf(`/authors/ana-ruiz/${file}`);
    await world.edit('PATCH', '/api/articles/one', { title: 'one, edited' });
    const answer = await poll(`/authors/ana-ruiz/${file}`, tag);
    expect([answer.status, await title(answer)]).toEqual([226, 'The Lakeside Courier: ANA RUIZ']);
  });

  test('an ETag that was never given, or belongs to another format or feed, is answered with the whole document', async () => {
    const other = await tagOf(file === 'rss.xml' ? '/atom.xml' : '/rss.xml');
    const english = await tagOf(`/en/${file}`);
    const tag = await tagOf(`/${file}`);
    await post('d');
    const forged = `"${tag.slice(1, 9)}${'A'.repeat(22)}"`;
    for (const unknown of [other, english, forged, '"x"', 'x', '']) {
      const answer = await poll(`/${file}`, unknown);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('im')).toBeNull();
      expect(await titles(answer)).toEqual(['d', 'c', 'b', 'a']);
    }
  });
});

test.each([
  ['feed', 226],
  ['FEED', 226],
  ['diffe, feed;q=0.5', 226],
  ['gzip , feed', 226],
  ['feed;q=0', 200],
  ['feed;q=0.000', 200],
  ['feeds', 200],
  ['vcdiff', 200],
  ['', 200],
])('A-IM: %s is answered %i', async (aIm, status) => {
  const tag = await tagOf('/atom.xml');
  await post('d');
  expect((await poll('/atom.xml', tag, { 'a-im': aIm })).status).toBe(status);
});

test('a request with A-IM is answered 304 if nothing changed, and with the whole document if it has no If-None-Match', async () => {
  const tag = await tagOf('/atom.xml');
  expect((await poll('/atom.xml', tag)).status).toBe(304);
  expect((await world.request('/atom.xml', { headers: { 'a-im': 'feed' } })).status).toBe(200);
});

test('a delta for a request with several ETags says to which of these documents it adds', async () => {
  const first = await tagOf('/atom.xml');
  await post('d');
  const second = await tagOf('/atom.xml', { 'accept-encoding': 'gzip' });
  await post('e');
  const answer = await poll('/atom.xml', `"x", W/${first}, ${second}`);
  expect(answer.headers.get('delta-base')).toBe(first);
  expect(readAtom(await answer.text()).map(({ title }) => title)).toEqual(['e', 'd']);
  expect((await poll('/atom.xml', second)).headers.get('delta-base')).toBe(second);
});

describe('an entry that left', () => {
  test('is in an Atom delta as a tombstone, but only if the feed reader had the entry', async () => {
    const before = await tagOf('/atom.xml');
    await post('never-seen');
    await world.edit('DELETE', '/api/articles/b');
    await world.edit('DELETE', '/api/articles/never-seen');
    const answer = await poll('/atom.xml', before);
    expect(answer.status).toBe(226);
    const feed = xmlTree(await answer.text());
    expect(all(feed, 'atom:entry')).toEqual([]);
    const refs = all(feed, 'at:deleted-entry').map(({ attributes }) => attributes.ref);
    expect(refs).toEqual(['tag:lakesidecourier.example,2024-05:articles/b']);
  });

  test.each(['/rss.xml', '/feed.json'])(
    'cannot be told in a delta of %s, so the whole document is sent',
    async (path) => {
      const before = await tagOf(path);
      await world.edit('DELETE', '/api/articles/b');
      expect((await poll(path, before)).status).toBe(200);
    },
  );

  test('does not prevent a delta if the feed reader never had the entry', async () => {
    const before = await tagOf('/rss.xml');
    await post('d');
    await world.edit('DELETE', '/api/articles/d');
    await post('e');
    const answer = await poll('/rss.xml', before);
    expect([answer.status, readRss(await answer.text()).length]).toEqual([226, 1]);
  });
});

test('an older story that moves into the end of a feed, because another story left, is in the delta', async () => {
  const { publication } = world.config;
  const feeds = { ...publication.feeds, entries: 3 };
  world = await setUp({ config: { publication: { ...publication, feeds } } });
  for (const id of ['a', 'b', 'c', 'd']) await post(id);
  const tag = await tagOf('/atom.xml');
  await world.edit('DELETE', '/api/articles/d');
  const answer = await poll('/atom.xml', tag);
  expect([answer.status, readAtom(await answer.text()).map(({ title }) => title)]).toEqual([226, ['a']]);
});

test('the ETag of every encoding is known, and the delta has the encoding that the request asks for', async () => {
  for (const encoding of ['br', 'gzip', 'identity']) {
    const tag = await tagOf('/atom.xml', { 'accept-encoding': encoding });
    await post(`after-${encoding}`);
    const answer = await poll('/atom.xml', tag, { 'accept-encoding': 'gzip' });
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([226, 'gzip']);
    const text = gunzipSync(Buffer.from(await answer.arrayBuffer())).toString();
    expect(readAtom(text).map(({ title }) => title)).toEqual([`after-${encoding}`]);
  }
});

test('a delta is not kept by caches that know nothing of deltas', async () => {
  const tag = await tagOf('/atom.xml');
  await post('d');
  const { headers } = await poll('/atom.xml', tag);
  expect(headers.get('cache-control')).toBe('no-store, im, max-age=300');
  expect(headers.get('vary')).toBe('Accept-Encoding, Accept, A-IM, If-None-Match');
  expect(headers.get('access-control-expose-headers')).toMatch(/IM/);
});

test('HEAD for a delta has the status and headers of GET, and no body', async () => {
  const tag = await tagOf('/atom.xml');
  await post('d');
  const [get, head] = [await poll('/atom.xml', tag), await poll('/atom.xml', tag, {}, 'HEAD')];
  expect(head.status).toBe(226);
  expect([...head.headers]).toEqual([...get.headers]);
  expect(await head.text()).toBe('');
});

test('another process knows the ETag too, and after two weeks no process knows it', async () => {
  const tag = await tagOf('/atom.xml');
  await post('d');
  const other = await setUp({ sharing: world });
  const headers = { 'if-none-match': tag, 'a-im': 'feed' };
  expect((await other.request('/atom.xml', { headers })).status).toBe(226);
  const later = await setUp({ sharing: world });
  later.pass(15 * 24 * 3600 * 1000);
  expect((await later.request('/atom.xml', { headers })).status).toBe(200);
});

test('a change of the settings is answered with the whole document, because it is in no delta', async () => {
  const tag = await tagOf('/atom.xml');
  const moved = await setUp({ sharing: world, config: { baseUrl: 'https://other.example' } });
  await moved.edit('PUT', '/api/articles/d', anArticleInput());
  expect(
    (await moved.request('/atom.xml', { headers: { 'if-none-match': tag, 'a-im': 'feed' } })).status,
  ).toBe(200);
});

test('a document without room for all entries is not the base of a delta, because its feed reader has not seen the rest', async () => {
  const html = `<p>${'All the news that fits. '.repeat(12_000)}</p>`;
  for (let n = 0; n < 7; n++) await post(`big-${n}`, { content: { html } });
  const tag = await tagOf('/atom.xml');
  await post('d');
  expect((await poll('/atom.xml', tag)).status).toBe(200);
});

test('an older date that moves a story out of the document is answered with the whole, because no delta can tell it', async () => {
  const { publication } = world.config;
  const feeds = { ...publication.feeds, entries: 3 };
  world = await setUp({ config: { publication: { ...publication, feeds } } });
  for (const id of ['a', 'b', 'c', 'd']) await post(id);
  const tag = await tagOf('/atom.xml');
  await world.edit('PATCH', '/api/articles/c', { publishedAt: '2026-01-01T00:00:00Z' });
  const answer = await poll('/atom.xml', tag);
  expect([answer.status, readAtom(await answer.text()).map(({ title }) => title)]).toEqual([
    200,
    ['d', 'b', 'a'],
  ]);
});
