import { beforeEach, describe, expect, test } from 'vitest';
import { type ReadDocument, readDocument, walk } from '../support/archive-reader.ts';
import { anArticleInput } from '../support/builders.ts';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { all, xmlTree } from '../support/parsers.ts';

useDatabase();

let world: World;
beforeEach(async () => {
  world = await setUp();
});
const FILES = ['rss.xml', 'atom.xml', 'feed.json'] as const;
const ask = (path: string) => world.request(path);
const idsOf = (documents: ReadDocument[]) =>
  documents.map(({ entries }) => entries.map(({ id = '' }) => id.split('/').at(-1) ?? ''));

async function post(id: string, publishedAt: string, fields: Record<string, unknown> = {}): Promise<void> {
  const input = anArticleInput({ id, publishedAt, title: id, ...fields });
  expect((await world.edit('PUT', `/api/articles/${id}`, input)).status).toBe(201);
}

/** A world whose subscription documents show only so many articles. */
async function shortFeeds(entries: number): Promise<void> {
  const { publication } = world.config;
  world = await setUp({
    config: { publication: { ...publication, feeds: { ...publication.feeds, entries } } },
  });
}

/** `count` articles of one month, a minute apart, oldest first. */
async function fillMonth(count: number, month = '2026-10', prefix = 'n'): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${prefix}${n}`);
  const start = Date.parse(`${month}-03T00:00:00Z`);
  await Promise.all(ids.map((id, n) => post(id, new Date(start + n * 60_000).toISOString())));
  return ids;
}

/** Of which six fit into a document. */
async function bigArticles(count: number, month: string): Promise<string[]> {
  const html = `<p>${'All the news that fits. '.repeat(10_000)}</p>`;
  const ids = Array.from({ length: count }, (_, n) => `big-${n + 10}`);
  for (const id of ids) await post(id, `${month}-03T00:${id.slice(4)}:00Z`, { content: { html } });
  return ids;
}

describe.each(FILES)('%s', (file) => {
  beforeEach(async () => {
    await shortFeeds(2);
    await post('sept', '2026-09-30T23:59:59.999Z');
    await post('oct-1', '2026-10-01T00:00:00Z');
    await post('oct-2', '2026-10-31T23:59:59.999Z');
    await post('nov-1', '2026-11-01T00:00:00Z');
    await post('nov-2', '2026-11-20T00:00:00Z');
  });

  test('walking back from the subscription document reaches every article, month by month', async () => {
    const documents = await walk(ask, `/${file}`);
    expect(documents.map(({ url }) => url)).toEqual([
      `/${file}`,
      `/archive/2026-11/${file}`,
      `/archive/2026-10/${file}`,
      `/archive/2026-09/${file}`,
    ]);
    expect(idsOf(documents)).toEqual([['nov-2', 'nov-1'], ['nov-2', 'nov-1'], ['oct-2', 'oct-1'], ['sept']]);
  });

  test('an article is the same in the subscription document and in its month', async () => {
    const [subscription, month] = await walk(ask, `/${file}`);
    expect(month?.entries).toEqual(subscription?.entries);
  });

  test('every document of the archive is valid, and links to itself as it is addressed', async () => {
    for (const { text, url, links } of await walk(ask, `/sections/harbour/${file}`)) {
      const faults = { 'rss.xml': rssFaults, 'atom.xml': atomFaults, 'feed.json': jsonFeedFaults }[file];
      expect(faults(text)).toEqual([]);
      expect(links.self).toBe(`https://paper.example${url}`);
    }
  });
});

describe.each(['rss.xml', 'atom.xml'])('the archive of /%s', (file) => {
  test('says what it is, and links to the subscription document and both neighbours', async () => {
    await post('sept', '2026-09-30T00:00:00Z');
    await post('oct', '2026-10-15T00:00:00Z');
    await post('nov', '2026-11-01T00:00:00Z');
    const month = await readDocument(ask, `/en/archive/2026-10/${file}`);
    expect(month.isArchive).toBe(true);
    expect(month.links).toMatchObject({
      self: `https://paper.example/en/archive/2026-10/${file}`,
      current: `https://paper.example/en/${file}`,
      'prev-archive': `https://paper.example/en/archive/2026-09/${file}`,
      'next-archive': `https://paper.example/en/archive/2026-11/${file}`,
    });
    expect((await readDocument(ask, `/en/${file}`)).isArchive).toBe(false);
  });

  test('walked forward from its oldest document is the same as walked back', async () => {
    await fillMonth(180);
    await fillMonth(70, '2026-08', 'a');
    await bigArticles(25, '2026-09');
    const back = await walk(ask, `/archive/2026-10/${file}`);
    const forth = await walk(ask, back.at(-1)?.url ?? '', 'next-archive');
    expect(forth.map(({ url }) => url)).toEqual(back.map(({ url }) => url).toReversed());
    expect(back.length).toBeGreaterThan(8);
  });
});

test('every feed has an archive: languages, sections, tags, authors, podcast', async () => {
  const audio = { url: 'https://audio.example/a.mp3', type: 'audio/mpeg', bytes: 1000, seconds: 60 };
  await post('a', '2026-10-15T00:00:00Z', { tags: ['Ferries'], authors: [{ name: 'Ana' }], audio });
  const folders = ['', '/en', '/sections/harbour', '/en/sections/harbour', '/tags/ferries', '/authors/ana'];
  for (const folder of folders) {
    for (const file of FILES)
      expect(idsOf([await readDocument(ask, `${folder}/archive/2026-10/${file}`)])).toEqual([['a']]);
  }
  for (const folder of ['', '/en'])
    expect(idsOf([await readDocument(ask, `${folder}/archive/2026-10/podcast.xml`)])).toEqual([['a']]);
});

describe('a month of many articles', () => {
  test('is walked in parts that repeat none, leave none out, and have at most 100 each', async () => {
    const ids = await fillMonth(700);
    const [, ...parts] = await walk(ask, '/atom.xml');
    expect(parts.length).toBeGreaterThan(4);
    expect(idsOf(parts).flat()).toEqual(ids.toReversed());
    for (const { entries } of parts) expect(entries.length).toBeLessThanOrEqual(100);
  });

  test('has parts of which a new, an edited and a retracted article changes its own alone', async () => {
    await fillMonth(300);
    const before = new Map((await walk(ask, '/atom.xml')).map(({ url, response }) => [url, response]));
    const changed = async () => {
      const now = await walk(ask, '/atom.xml');
      return now
        .filter(({ url, response }) => before.get(url)?.headers.get('etag') !== response.headers.get('etag'))
        .map(({ url, entries, response }) => {
          before.set(url, response);
          return entries.length;
        });
    };
    world.pass(60_000);
    await post('late', '2026-10-03T00:10:30Z');
    expect(await changed()).toHaveLength(1);
    await world.edit('PATCH', '/api/articles/n200', { title: 'New' });
    expect(await changed()).toHaveLength(1);
    await world.edit('DELETE', '/api/articles/n150');
    expect(await changed()).toHaveLength(1);
  });

  test('of one and the same moment is walked whole too', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `same-${n}`);
    await Promise.all(ids.map((id) => post(id, '2026-10-03T00:00:00Z')));
    const [, ...parts] = await walk(ask, '/feed.json');
    expect(idsOf(parts).flat().toSorted()).toEqual(ids.toSorted());
  });

  test('with articles too large for one document goes on below the last that fitted', async () => {
    await shortFeeds(3);
    const ids = await bigArticles(15, '2026-10');
    for (const file of FILES) {
      const [, ...parts] = await walk(ask, `/${file}`);
      expect(idsOf(parts).flat()).toEqual(ids.toReversed());
    }
  });
});

describe('a walk while articles come and go', () => {
  test('meets every article that stays', async () => {
    const staying = await fillMonth(400);
    await fillMonth(30, '2026-09', 'old');
    const leaving = await fillMonth(60, '2026-10', 'leaves');
    let n = 0;
    const documents = await walk(ask, '/rss.xml', 'prev-archive', async () => {
      n += 1;
      world.pass(1000);
      await post(`new-${n}`, new Date(world.now()).toISOString());
      await post(`backdated-${n}`, `2026-10-03T0${n % 7}:30:30Z`);
      await world.edit('DELETE', `/api/articles/${leaving[n * 3]}`);
      await world.edit('PATCH', `/api/articles/${staying[n * 20]}`, { title: `Edit ${n}` });
    });
    const met = new Set(idsOf(documents).flat());
    expect(staying.filter((id) => !met.has(id))).toEqual([]);
    expect(documents.length).toBeGreaterThan(6);
  });

  test('past an article that has just been retracted goes on below its place', async () => {
    const ids = await fillMonth(200);
    const [, ...parts] = await walk(ask, '/atom.xml');
    const last = idsOf(parts)[0]?.at(-1);
    await world.edit('DELETE', `/api/articles/${last}`);
    const onward = await walk(ask, parts[1]?.url ?? '');
    const below = ids.slice(0, ids.indexOf(last ?? '')).toReversed();
    expect(idsOf(onward).flat()).toEqual(below);
  });
});

test('a walk through three thousand articles, while others are posted and retracted, meets every one that stays', async () => {
  const publishedAt = (n: number) =>
    new Date(Date.parse('2026-06-01T00:00:00Z') + n * 24 * 60_000).toISOString();
  for (let n = 0; n < 3_000; n += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => post(`n${n + i}`, publishedAt(n + i))));
  }
  const retracted = new Set<string>();
  const documents = await walk(ask, '/en/sections/harbour/feed.json', 'prev-archive', async (step) => {
    world.pass(1000);
    await post(`new-${step}`, new Date(world.now()).toISOString());
    await post(`backdated-${step}`, publishedAt(((step * 997) % 3_000) + 0.5));
    const id = `n${(step * 613) % 3_000}`;
    retracted.add(id);
    await world.edit('DELETE', `/api/articles/${id}`);
  });
  const met = new Set(idsOf(documents).flat());
  const missed = Array.from({ length: 3_000 }, (_, n) => `n${n}`).filter((id) => !met.has(id));
  expect(missed.filter((id) => !retracted.has(id))).toEqual([]);
  const archived = idsOf(documents.slice(1)).flat();
  expect(archived.length).toBe(new Set(archived).size);
}, 120_000);

describe('validators and caching', () => {
  const control = async (path: string) => (await ask(path)).headers.get('cache-control') ?? '';

  test('a month that is over is cached for an hour, the current one as long as the feed', async () => {
    await post('oct', '2026-10-15T00:00:00Z');
    await post('nov', '2026-11-15T00:00:00Z');
    expect(await control('/archive/2026-10/rss.xml')).toMatch(/^public, max-age=3600, s-maxage=3600,/);
    expect(await control('/archive/2026-11/rss.xml')).toBe(await control('/rss.xml'));
    world.pass(30 * 24 * 3600 * 1000);
    expect(await control('/archive/2026-11/rss.xml')).toMatch(/^public, max-age=3600, s-maxage=3600,/);
  });

  test('answers 304 until an edit or a retraction in its month, whatever happens in others', async () => {
    await post('oct', '2026-10-15T00:00:00Z');
    await post('oct-2', '2026-10-16T00:00:00Z');
    const path = '/archive/2026-10/atom.xml';
    const poll = async (etag: string) =>
      (await world.request(path, { headers: { 'if-none-match': etag } })).status;
    const tag = async () => (await ask(path)).headers.get('etag') ?? '';
    const first = await tag();
    await post('sept-after-the-link', '2026-11-15T00:00:00Z');
    const linked = await tag();
    world.pass(60_000);
    await world.edit('PATCH', '/api/articles/sept-after-the-link', { title: 'New' });
    await post('nov', '2026-11-16T00:00:00Z');
    expect([await poll(first), await poll(linked)]).toEqual([200, 304]);
    await world.edit('PATCH', '/api/articles/oct', { title: 'New' });
    expect(await poll(linked)).toBe(200);
    const edited = await ask(path);
    expect(edited.headers.get('last-modified')).toBe('Sun, 22 Nov 2026 12:01:00 GMT');
    world.pass(60_000);
    await world.edit('DELETE', '/api/articles/oct');
    expect(await poll(edited.headers.get('etag') ?? '')).toBe(200);
    expect(await (await ask(path)).text()).not.toContain('articles/oct</id>');
  });

  test('Atom says which articles of the month were retracted', async () => {
    await post('oct', '2026-10-15T00:00:00Z');
    await post('oct-2', '2026-10-16T00:00:00Z');
    await world.edit('DELETE', '/api/articles/oct');
    const deleted = all(xmlTree(await (await ask('/archive/2026-10/atom.xml')).text()), 'at:deleted-entry');
    expect(deleted.map(({ attributes }) => attributes.ref)).toEqual([
      'tag:lakesidecourier.example,2024-05:articles/oct',
    ]);
  });

  test('an archive names no hub: what is past is not waited for', async () => {
    await post('oct', '2026-10-15T00:00:00Z');
    expect((await ask('/rss.xml')).headers.get('link')).toBe(
      '<https://paper.example/rss.xml>; rel="self", <https://paper.example/websub>; rel="hub"',
    );
    expect((await ask('/archive/2026-10/rss.xml')).headers.get('link')).toBe(
      '<https://paper.example/archive/2026-10/rss.xml>; rel="self"',
    );
  });

  test('an embargoed article is in no archive before its time', async () => {
    await post('later', '2026-11-22T13:00:00Z');
    await post('earlier', '2026-11-22T11:00:00Z');
    expect(idsOf([await readDocument(ask, '/archive/2026-11/rss.xml')])).toEqual([['earlier']]);
    world.pass(3600_000);
    expect(idsOf([await readDocument(ask, '/archive/2026-11/rss.xml')])).toEqual([['later', 'earlier']]);
  });
});
