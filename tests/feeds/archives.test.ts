import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readDocument, walk } from '../support/archive-reader.ts';
import { testConfig } from '../support/config.ts';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';
import { setUp, type World } from '../support/installation.ts';
import { all, xmlTree } from '../support/parsers.ts';
import { bigArticles, describeWalks, idsOf, postAt } from './archive-walks.ts';

let world: World;
const FILES = ['rss.xml', 'atom.xml', 'feed.json'] as const;
const ask = (path: string) => world.request(path);
const post = (id: string, publishedAt: string, fields?: Record<string, unknown>) =>
  postAt(world, id, publishedAt, fields);

/** Returns an installation whose subscription documents have at most `entries` articles. */
function shortFeeds(entries: number): Promise<World> {
  const { publication } = testConfig();
  return setUp({ config: { publication: { ...publication, feeds: { ...publication.feeds, entries } } } });
}

describe('stories of three months', () => {
  beforeAll(async () => {
    world = await shortFeeds(2);
    await post('sept', '2026-09-30T23:59:59.999Z');
    await post('oct-1', '2026-10-01T00:00:00Z');
    await post('oct-2', '2026-10-31T23:59:59.999Z');
    await post('nov-1', '2026-11-01T00:00:00Z');
    await post('nov-2', '2026-11-20T00:00:00Z');
  });

  test.each(FILES)('walking back from /%s reaches every article, month by month', async (file) => {
    const documents = await walk(ask, `/${file}`);
    expect(documents.map(({ url }) => url)).toEqual([
      `/${file}`,
      `/archive/2026-11/${file}`,
      `/archive/2026-10/${file}`,
      `/archive/2026-09/${file}`,
    ]);
    expect(idsOf(documents)).toEqual([['nov-2', 'nov-1'], ['nov-2', 'nov-1'], ['oct-2', 'oct-1'], ['sept']]);
  });

  test.each(FILES)('an article is the same in /%s and in the document of its month', async (file) => {
    const [subscription, month] = await walk(ask, `/${file}`);
    expect(month?.entries).toEqual(subscription?.entries);
  });

  test.each(FILES)(
    'every document of the archive of /%s is valid, and its self link is its own address',
    async (file) => {
      for (const { text, url, links } of await walk(ask, `/sections/harbour/${file}`)) {
        const faults = { 'rss.xml': rssFaults, 'atom.xml': atomFaults, 'feed.json': jsonFeedFaults }[file];
        expect(faults(text)).toEqual([]);
        expect(links.self).toBe(`https://paper.example${url}`);
      }
    },
  );
});

test.each(['rss.xml', 'atom.xml'])(
  'a document in the archive of /%s says that it is one, and links to the subscription document and its neighbours',
  async (file) => {
    world = await setUp();
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
  },
);

test('every feed has an archive, whether it is of a language, section, tag, author or podcast', async () => {
  world = await setUp();
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

describe('with short parts', () => {
  describeWalks(1, 75, { mean: 4, mostBlocks: 8, mostPointers: 80 });
});

test('a month with articles too large for one document goes on in the next document, below the last article that fitted', async () => {
  world = await shortFeeds(3);
  // Six of these articles fit into one document.
  const ids = await bigArticles(world, 13, '2026-10', 240_000);
  for (const file of FILES) {
    const [, ...parts] = await walk(ask, `/${file}`);
    expect(idsOf(parts).flat()).toEqual(ids.toReversed());
  }
});

describe('validators and caching', () => {
  beforeEach(async () => {
    world = await setUp();
  });

  const control = async (path: string) => (await ask(path)).headers.get('cache-control') ?? '';

  test('a month that is over is cached for an hour, and the current month is cached as long as the feed', async () => {
    await post('oct', '2026-10-15T00:00:00Z');
    await post('nov', '2026-11-15T00:00:00Z');
    expect(await control('/archive/2026-10/rss.xml')).toMatch(/^public, max-age=3600, s-maxage=3600,/);
    expect(await control('/archive/2026-11/rss.xml')).toBe(await control('/rss.xml'));
    world.pass(30 * 24 * 3600 * 1000);
    expect(await control('/archive/2026-11/rss.xml')).toMatch(/^public, max-age=3600, s-maxage=3600,/);
  });

  test('a month that links to its neighbours is answered 304 until one of its own articles is edited or retracted', async () => {
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

  test('the Atom document of a month says which of its articles were retracted', async () => {
    await post('oct', '2026-10-15T00:00:00Z');
    await post('oct-2', '2026-10-16T00:00:00Z');
    await world.edit('DELETE', '/api/articles/oct');
    const deleted = all(xmlTree(await (await ask('/archive/2026-10/atom.xml')).text()), 'at:deleted-entry');
    expect(deleted.map(({ attributes }) => attributes.ref)).toEqual([
      'tag:lakesidecourier.example,2024-05:articles/oct',
    ]);
  });

  test('an archive document names no hub, because nobody waits for new articles in it', async () => {
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
