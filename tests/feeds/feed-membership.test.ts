import { beforeEach, describe, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';
import { all, feedsmithAtom, one, readAtom, readJson, readRss, xmlTree } from '../support/parsers.ts';

let world: World;
beforeEach(async () => {
  world = await setUp();
});
const MINUTE = 60_000;

/** Posts a story with this id. `fields` replace fields of the usual test article. */
async function post(id: string, fields: Record<string, unknown> = {}): Promise<void> {
  const answer = await world.edit('POST', '/api/articles', anArticleInput({ id, ...fields }));
  expect(answer.status).toBe(201);
}

async function idsIn(folder: string): Promise<string[]> {
  const answer = await world.request(`${folder}/rss.xml`);
  if (answer.status === 404) return ['404'];
  return readRss(await answer.text()).map(({ id = '' }) => id.split('/').at(-1) ?? '');
}

async function atom(folder = '') {
  return xmlTree(await (await world.request(`${folder}/atom.xml`)).text());
}

const deletedIn = async (folder = '') =>
  all(await atom(folder), 'at:deleted-entry').map(({ attributes }) => [
    attributes.ref?.split('/').at(-1),
    attributes.when,
  ]);

describe('which stories a feed has', () => {
  test('a story is at once in the main feed and in those of its language, its section, both together, its tags and its authors', async () => {
    await post('a', {
      language: 'es',
      section: 'Barrio Sur',
      tags: ['López Obrador', 'Q & A'],
      authors: [{ name: 'Ana Ruiz' }],
    });
    const folders = [
      '',
      '/es',
      '/sections/barrio-sur',
      '/es/sections/barrio-sur',
      '/tags/lopez-obrador',
      '/tags/q-a',
      '/authors/ana-ruiz',
    ];
    for (const folder of folders) expect(await idsIn(folder), folder).toEqual(['a']);
    expect(await idsIn('/en')).toEqual([]);
    expect(await idsIn('/en/sections/barrio-sur')).toEqual(['404']);
  });

  test('tags and authors in other scripts have feeds, at the addresses that the feeds themselves name', async () => {
    await post('a', { tags: ['政治', 'تعلیم'], authors: [{ name: 'Ольга Иванова' }] });
    for (const name of ['/tags/政治', '/tags/تعلیم', '/authors/ольга-иванова']) {
      const folder = encodeURI(name);
      expect(await idsIn(folder)).toEqual(['a']);
      const self = all(await atom(folder), 'atom:link').find(({ attributes }) => attributes.rel === 'self');
      expect(self?.attributes.href).toBe(`https://paper.example${folder}/atom.xml`);
    }
  });

  test('a tag without a letter or digit is shown but has no feed', async () => {
    await post('a', { tags: ['!!!'], authors: [{ name: '???' }] });
    const [entry] = readRss(await (await world.request('/rss.xml')).text());
    expect(entry?.categories).toContain('!!!');
  });

  test('authors and tags with very long names have feeds', async () => {
    await post('a', {
      authors: [{ name: '政'.repeat(1000) }],
      tags: ['ﷺ'.repeat(200), '\u{20000}'.repeat(100)],
    });
    expect(await idsIn(`/authors/${encodeURIComponent('政'.repeat(150))}`)).toEqual(['a']);
  });

  test('a story in en-GB is in the feed of English if the publication has English, and keeps its own language tag', async () => {
    await post('a', { language: 'en-gb' });
    expect(await idsIn('/en')).toEqual(['a']);
    expect(readAtom(await (await world.request('/en/atom.xml')).text())[0]?.language).toBe('en-GB');
  });

  test('a story in a language that is not in the settings has a feed of that language', async () => {
    await post('a', { language: 'pt-BR' });
    expect(await idsIn('/pt')).toEqual(['a']);
  });

  test('the id of a story is the same in every format and feed', async () => {
    await post('a', { tags: ['Ferries'], authors: [{ name: 'Ana' }] });
    const ids = new Set<string | undefined>();
    for (const folder of [
      '',
      '/en',
      '/sections/harbour',
      '/en/sections/harbour',
      '/tags/ferries',
      '/authors/ana',
    ]) {
      const text = async (file: string) => (await world.request(`${folder}/${file}`)).text();
      const read = [
        readRss(await text('rss.xml')),
        readAtom(await text('atom.xml')),
        readJson(await text('feed.json')),
      ];
      for (const [entry] of read) ids.add(entry?.id);
    }
    expect([...ids]).toEqual(['tag:lakesidecourier.example,2024-05:articles/a']);
  });
});

describe('order', () => {
  test('the newest date comes first, and stories with the same date are always in the same order', async () => {
    await post('b', { publishedAt: '2026-11-20T10:00:00Z' });
    await post('old', { publishedAt: '2025-01-01T00:00:00Z' });
    await post('new', { publishedAt: '2026-11-22T11:59:59.999Z' });
    await post('a', { publishedAt: '2026-11-20T11:00:00+01:00' });
    await post('c', { publishedAt: '2026-11-20T10:00:00.000Z' });
    expect(await idsIn('')).toEqual(['new', 'c', 'b', 'a', 'old']);
  });

  test('a feed has the newest stories, as many as the settings say', async () => {
    const { config } = world;
    const feeds = { ...config.publication.feeds, entries: 3 };
    world = await setUp({ config: { publication: { ...config.publication, feeds } } });
    for (const day of [1, 2, 3, 4, 5]) await post(`d${day}`, { publishedAt: `2026-11-0${day}T00:00:00Z` });
    expect(await idsIn('')).toEqual(['d5', 'd4', 'd3']);
    await world.edit('DELETE', '/api/articles/d4');
    expect(await idsIn('')).toEqual(['d5', 'd3', 'd2']);
  });

  test('many retractions among the newest stories do not hide the stories below them', async () => {
    const { config } = world;
    const feeds = { ...config.publication.feeds, entries: 2 };
    world = await setUp({ config: { publication: { ...config.publication, feeds } } });
    await post('first', { publishedAt: '2026-11-01T00:00:00Z' });
    await post('second', { publishedAt: '2026-11-02T00:00:00Z' });
    for (let n = 10; n < 60; n++) {
      await post(`gone-${n}`, { publishedAt: `2026-11-03T00:00:${n}Z` });
      await world.edit('DELETE', `/api/articles/gone-${n}`);
    }
    expect(await idsIn('')).toEqual(['second', 'first']);
  });
});

describe('edits', () => {
  test('an edit keeps the id and the publication date and changes the update date, in Atom and JSON Feed', async () => {
    await post('a');
    const entryOf = async () => {
      const [entry] = all(await atom(), 'atom:entry');
      const [item] = JSON.parse(await (await world.request('/feed.json')).text()).items;
      return {
        atom: ['atom:id', 'atom:published', 'atom:updated'].map((name) => one(entry, name)?.text),
        json: [item.id, item.date_published, item.date_modified],
      };
    };
    const before = await entryOf();
    world.pass(5 * MINUTE);
    await world.edit('PATCH', '/api/articles/a', { title: 'Another headline' });
    const after = await entryOf();
    expect(after.atom).toEqual([before.atom[0], before.atom[1], '2026-11-22T12:05:00.000Z']);
    expect(after.json).toEqual(after.atom);
  });

  test('a story that changes its tags leaves one feed and enters another', async () => {
    await post('a', { tags: ['Old', 'Both'] });
    await world.edit('PATCH', '/api/articles/a', { tags: ['Both', 'New'] });
    expect(await idsIn('/tags/old')).toEqual([]);
    expect(await idsIn('/tags/both')).toEqual(['a']);
    expect(await idsIn('/tags/new')).toEqual(['a']);
    expect(await deletedIn('/tags/old')).toEqual([['a', '2026-11-22T12:00:00.000Z']]);
    expect(await deletedIn('/tags/both')).toEqual([]);
    await world.edit('PATCH', '/api/articles/a', { tags: ['Old'] });
    expect(await idsIn('/tags/old')).toEqual(['a']);
    expect(await deletedIn('/tags/old')).toEqual([]);
  });

  test('a story that moves to another section, author or language is in the new feeds only', async () => {
    await post('a', { authors: [{ name: 'Ana' }] });
    await world.edit('PATCH', '/api/articles/a', {
      section: 'Culture',
      language: 'es',
      authors: [{ name: 'Li' }],
    });
    for (const gone of ['/en', '/sections/harbour', '/en/sections/harbour', '/authors/ana']) {
      expect(await idsIn(gone), gone).toEqual([]);
    }
    for (const entered of ['/es', '/sections/culture', '/es/sections/culture', '/authors/li', '']) {
      expect(await idsIn(entered), entered).toEqual(['a']);
    }
  });

  test('a story whose date changes is in the feed once, at its new place, and is not called deleted', async () => {
    await post('a', { publishedAt: '2026-11-20T00:00:00Z' });
    await post('b', { publishedAt: '2026-11-21T00:00:00Z' });
    for (const [date, order] of [
      ['2026-11-22T00:00:00Z', ['a', 'b']],
      ['2026-11-19T00:00:00Z', ['b', 'a']],
      ['2026-11-22T06:00:00Z', ['a', 'b']],
    ] as const) {
      world.pass(MINUTE);
      const modified = (await world.request('/rss.xml')).headers.get('last-modified') ?? '';
      await world.edit('PATCH', '/api/articles/a', { publishedAt: date });
      const after = await world.request('/rss.xml');
      expect(Date.parse(after.headers.get('last-modified') ?? '')).toBeGreaterThan(Date.parse(modified));
      expect(await idsIn('')).toEqual(order);
      expect(await deletedIn()).toEqual([]);
    }
  });
});

test('a story whose new date is older than the last entry leaves the feed but is not called deleted', async () => {
  const { config } = world;
  const feeds = { ...config.publication.feeds, entries: 1 };
  world = await setUp({ config: { publication: { ...config.publication, feeds } } });
  await post('b', { publishedAt: '2026-11-21T00:00:00Z' });
  await post('a', { publishedAt: '2026-11-22T00:00:00Z' });
  await world.edit('PATCH', '/api/articles/a', { publishedAt: '2026-11-20T00:00:00Z' });
  expect([await idsIn(''), await deletedIn()]).toEqual([['b'], []]);
});

describe('retraction', () => {
  test('a retracted story leaves every feed at once, and Atom says when it left', async () => {
    await post('a', { tags: ['Ferries'], authors: [{ name: 'Ana' }] });
    await post('b');
    world.pass(10 * MINUTE);
    expect((await world.edit('DELETE', '/api/articles/a')).status).toBe(204);
    for (const folder of ['', '/en', '/sections/harbour', '/en/sections/harbour'])
      expect(await idsIn(folder)).toEqual(['b']);
    for (const folder of ['/tags/ferries', '/authors/ana']) expect(await idsIn(folder)).toEqual([]);
    for (const folder of ['', '/tags/ferries', '/authors/ana']) {
      expect(await deletedIn(folder), folder).toEqual([['a', '2026-11-22T12:10:00.000Z']]);
    }
    const xml = await (await world.request('/atom.xml')).text();
    expect(feedsmithAtom(xml).map(({ id }) => id)).toEqual([
      'tag:lakesidecourier.example,2024-05:articles/b',
    ]);
  });

  test('no text of a retracted story stays in any document', async () => {
    await post('a', { title: 'LIBEL', summary: 'LIBEL', content: { html: '<p>LIBEL</p>' } });
    await world.request('/rss.xml');
    await world.edit('DELETE', '/api/articles/a');
    for (const file of ['rss.xml', 'atom.xml', 'feed.json']) {
      expect(await (await world.request(`/${file}`)).text()).not.toContain('LIBEL');
    }
  });

  test('a story that is put back is in the feed again, with its old date', async () => {
    await post('a');
    world.pass(MINUTE);
    await world.edit('DELETE', '/api/articles/a');
    world.pass(MINUTE);
    await world.edit('PUT', '/api/articles/a', anArticleInput());
    const [entry] = all(await atom(), 'atom:entry');
    expect(one(entry, 'atom:published')?.text).toBe('2026-11-22T12:00:00.000Z');
    expect(await deletedIn()).toEqual([]);
  });

  test('a draft and an embargoed story are in no feed, and retracting them changes no feed', async () => {
    await post('draft', { status: 'draft' });
    await post('later', { publishedAt: '2026-11-23T00:00:00Z' });
    const before = await (await world.request('/atom.xml')).text();
    expect(await idsIn('')).toEqual([]);
    world.pass(MINUTE);
    await world.edit('DELETE', '/api/articles/draft');
    await world.edit('DELETE', '/api/articles/later');
    expect(await (await world.request('/atom.xml')).text()).toBe(before);
    world.pass(48 * 60 * MINUTE);
    expect(await (await world.request('/atom.xml')).text()).toBe(before);
  });

  test('a story turned back into a draft leaves the feeds', async () => {
    await post('a');
    await world.edit('PATCH', '/api/articles/a', { status: 'draft' });
    expect(await idsIn('')).toEqual([]);
    expect((await deletedIn()).length).toBe(1);
  });
});
