import { beforeEach, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';
import { all, xmlTree } from '../support/parsers.ts';
import { slugAnyText } from './slugs.ts';

/** The ETag, the date and the address of an archive document, which tell it apart from every other document. */

const DAY = 24 * 3600 * 1000;
let world: World;
beforeEach(async () => {
  world = await setUp();
});
const get = (path: string, headers: Record<string, string> = {}) => world.request(path, { headers });

async function post(id: string, publishedAt: string, fields: Record<string, unknown> = {}): Promise<void> {
  world.pass(60_000);
  const input = anArticleInput({ id, publishedAt, title: id, ...fields });
  expect((await world.edit('PUT', `/api/articles/${id}`, input)).status).toBe(201);
}

/** Requests a document. Returns its ETag and its text. `isSame` says whether its date is still answered 304. */
async function saved(path: string) {
  const answer = await get(path);
  const since = answer.headers.get('last-modified') ?? '';
  return {
    tag: answer.headers.get('etag'),
    text: await answer.text(),
    isSame: async () => (await get(path, { 'if-modified-since': since })).status === 304,
  };
}

test('a month whose story moved to a later month is sent again to a feed reader that has its date', async () => {
  await post('early', '2026-09-10T00:00:00Z');
  await post('moves', '2026-09-11T00:00:00Z');
  await post('late', '2026-10-10T00:00:00Z');
  const september = await saved('/archive/2026-09/rss.xml');
  expect(await september.isSame()).toBe(true);
  world.pass(60_000);
  await world.edit('PATCH', '/api/articles/moves', { publishedAt: '2026-10-11T00:00:00Z' });
  expect(await september.isSame()).toBe(false);
  expect(await (await get('/archive/2026-09/rss.xml')).text()).not.toContain('articles/moves');
});

test('a month links past a month whose only story was retracted, and is sent again to a feed reader that has its date', async () => {
  await post('old', '2026-08-10T00:00:00Z');
  await post('between', '2026-09-10T00:00:00Z');
  await post('late', '2026-10-10T00:00:00Z');
  const [october, august] = [
    await saved('/archive/2026-10/atom.xml'),
    await saved('/archive/2026-08/atom.xml'),
  ];
  world.pass(60_000);
  await world.edit('DELETE', '/api/articles/between');
  expect([await october.isSame(), await august.isSame()]).toEqual([false, false]);
  expect(await (await get('/archive/2026-10/atom.xml')).text()).toContain('/archive/2026-08/atom.xml');
});

test('documents with the same ETag have the same bytes, even if another process renders one of them a month later', async () => {
  await post('oct', '2026-10-10T00:00:00Z');
  await post('nov', '2026-11-10T00:00:00Z');
  const before = await saved('/archive/2026-10/atom.xml');
  world.pass(60_000);
  await world.edit('PATCH', '/api/articles/nov', { title: 'New' });
  const later = await setUp({ sharing: world });
  later.pass(31 * DAY);
  const again = await later.request('/archive/2026-10/atom.xml');
  expect(again.headers.get('etag')).toBe(before.tag);
  expect(await again.text()).toBe(before.text);
});

test('an address with a name that is not a slug is answered 404, and does not change the archive of another feed', async () => {
  await post('oct', '2026-10-10T00:00:00Z', { tags: ['x'] });
  const before = await saved('/tags/x/archive/2026-10/atom.xml');
  for (const name of ['x@2026-10', 'x%202026-10', 'X', 'x%2Farchive%2F2026-10', 'a..b', '-x', '%23']) {
    for (const file of ['rss.xml', 'atom.xml', 'archive/2026-10/rss.xml'])
      expect((await get(`/tags/${name}/${file}`)).status, name).toBe(404);
  }
  const other = await setUp({ sharing: world });
  for (const each of [world, other]) {
    const text = await (await each.request('/tags/x/archive/2026-10/atom.xml')).text();
    expect(text).toBe(before.text);
  }
});

test('making a slug of a slug changes nothing, in every script', () => {
  slugAnyText(200);
});

test('a place at which no part of an archive begins is answered 404, for programs and for people', async () => {
  for (let n = 0; n < 30; n++) await post(`n${n}`, `2026-10-10T00:${10 + n}:00Z`);
  // The first place lies between two stories. The second one names a story that ends no part.
  for (const madeUp of ['2026-10-10T00:25:30.000Z-x', '2026-10-10T00:25:00.000Z-n15']) {
    const path = `/archive/2026-10/${madeUp}/atom.xml`;
    expect((await get(path)).status, madeUp).toBe(404);
    const page = await get(path, { accept: 'text/html' });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  }
});

test('a part whose place is out of date is served, so that a walk through the archive goes on, but is not stored', async () => {
  // The checksum of `end-109` makes it the last story of its part, so the part below is named after it.
  for (const [day, id] of [
    ['10', 'old'],
    ['11', 'end-109'],
    ['12', 'new'],
  ])
    await post(String(id), `2026-10-${day}T00:00:00Z`);
  const [place = ''] = (await (await get('/archive/2026-10/atom.xml')).text()).match(
    /2026-10-11T[^/"]*end-109/,
  ) ?? [''];
  world.pass(60_000);
  await world.edit('DELETE', '/api/articles/end-109');
  const answer = await get(`/archive/2026-10/${place}/atom.xml`);
  expect(all(xmlTree(await answer.text()), 'atom:entry')).toHaveLength(1);
  await get('/archive/2026-10/atom.xml');
  const kept = (key: string) => world.services.feeds.document(key, 'atom', 'gzip', world.now());
  expect(await kept('* 2026-10')).toBeDefined();
  expect(await kept('* 2026-10 2026-10-11T00:00:00.000Z#end-109')).toBeUndefined();
});

test('a feed says for three months that a story left it, and then has only the stories that stayed', async () => {
  await post('stays', '2026-10-10T00:00:00Z');
  await post('leaves', '2026-10-11T00:00:00Z');
  await world.edit('DELETE', '/api/articles/leaves');
  const deleted = async () => {
    const documents = ['/atom.xml', '/archive/2026-10/atom.xml'].map(async (path) =>
      all(xmlTree(await (await get(path)).text()), 'at:deleted-entry'),
    );
    return (await Promise.all(documents)).map(({ length }) => length);
  };
  expect(await deleted()).toEqual([1, 1]);
  world.pass(91 * DAY);
  expect(await deleted()).toEqual([0, 0]);
  expect(await (await get('/atom.xml')).text()).toContain('articles/stays');
});

test('an archive document has no ttl, because feed readers do not poll it as they poll a subscription document', async () => {
  await post('oct', '2026-10-10T00:00:00Z');
  expect(await (await get('/rss.xml')).text()).toContain('<ttl>5</ttl>');
  expect(await (await get('/archive/2026-10/rss.xml')).text()).not.toContain('<ttl>');
});

test('a month that has lost all its stories still links to the month before it', async () => {
  await post('old', '2026-08-10T00:00:00Z');
  await post('moves', '2026-09-10T00:00:00Z');
  await world.edit('PATCH', '/api/articles/moves', { publishedAt: '2026-10-10T00:00:00Z' });
  const text = await (await get('/archive/2026-09/atom.xml')).text();
  expect(text).toContain('rel="prev-archive" href="https://paper.example/archive/2026-08/atom.xml"');
});

test('a person who opens an archive that does not exist gets a page with status 404', async () => {
  const answer = await get('/archive/2026-13/rss.xml', { accept: 'text/html' });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
});

test.each([
  '/archive/2026-13/rss.xml',
  '/archive/2026-00/rss.xml',
  '/archive/2026-1/rss.xml',
  '/archive/0000-01/rss.xml',
  '/archive/now/atom.xml',
  '/archive/2026-11-22/feed.json',
  '/archive/2025-01/rss.xml',
  '/archive/2027-01/rss.xml',
  '/archive/2026-11/2026-10-01T00:00:00.000Z-a/rss.xml',
  '/archive/2026-11/2026-11-01-a/rss.xml',
  '/archive/2026-11/2026-11-01T00:00:00.000Z-/rss.xml',
  `/archive/2026-11/2026-11-30T00:00:00.000Z-${'x'.repeat(500)}/rss.xml`,
  '/archive/2026-11/2026-11-01T00:00:00.000Z-%00/rss.xml',
  '/tags/none/archive/2026-11/rss.xml',
])('GET %.60s is answered 404, because there is no such archive', async (path) => {
  await post('a', '2026-11-15T00:00:00Z');
  const answer = await get(path);
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});
