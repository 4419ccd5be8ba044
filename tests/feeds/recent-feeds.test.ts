import { beforeAll, describe, expect, test } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { all, type Element, one, xmlTree } from '../support/parsers.ts';

/** Recent feeds are feeds that no setting names, but recent stories are in. They are in `/opml.xml` and on `/feeds`. */

const audio = { url: 'https://a.example/x.mp3', type: 'audio/mpeg', bytes: 1000 };

async function withGuests(options: Parameters<typeof setUp>[0] = {}): Promise<World> {
  const world = await setUp(options);
  await postStory(world, { language: 'en', section: 'Letters', tags: ['Ferries'] });
  await postStory(world, {
    language: 'es',
    section: 'Letters',
    tags: ['Áéreo'],
    authors: [{ name: 'Li Wei' }],
  });
  await postStory(world, { id: 'guest', language: 'pt-BR', section: 'culture', audio, tags: ['FERRIES'] });
  return world;
}

const list = async (world: World) => (await world.request('/opml.xml')).text();
const outlines = (element: Element | undefined): Element[] =>
  all(element, 'outline').flatMap((outline) => [outline, ...outlines(outline)]);
const feedsOf = (text: string) =>
  outlines(one(xmlTree(text), 'body')).filter(({ attributes }) => attributes.type === 'rss');
const pathOf = ({ attributes }: Element) => new URL(attributes.xmlUrl ?? '').pathname;
const pathsOf = (text: string) => feedsOf(text).map(pathOf);
const foldersOf = (text: string) =>
  all(one(xmlTree(text), 'body'), 'outline')
    .filter(({ children }) => children.length > 0)
    .map(({ attributes, children }) => [attributes.text, ...children.map(pathOf)]);
const addresses = async (world: World, path: string) =>
  [...(await (await world.request(path)).text()).matchAll(/<input [^>]*value="([^"]+)"/g)].map(
    ([, url]) => new URL(url ?? '').pathname,
  );

describe('the recent feeds of a publication in two languages', () => {
  let world: World;
  let text: string;
  beforeAll(async () => {
    world = await withGuests();
    text = await list(world);
  });

  test('are in /opml.xml in folders of their own, after the feeds in the settings', () => {
    expect(foldersOf(text).slice(2)).toEqual([
      ['Other languages seen lately', '/pt/rss.xml', '/pt/sections/culture/rss.xml', '/pt/podcast.xml'],
      [
        'Other sections seen lately',
        '/sections/letters/rss.xml',
        '/es/sections/letters/rss.xml',
        '/en/sections/letters/rss.xml',
      ],
      ['Topics seen lately', '/tags/aereo/rss.xml', '/tags/ferries/rss.xml'],
      ['Authors seen lately', '/authors/ana-ruiz/rss.xml', '/authors/li-wei/rss.xml'],
    ]);
    expect(new Set(pathsOf(text)).size).toBe(pathsOf(text).length);
  });

  test('have the title, description, page and language that their own documents have', async () => {
    for (const feed of feedsOf(text)) {
      const answer = await world.request(pathOf(feed));
      expect([pathOf(feed), answer.status]).toEqual([pathOf(feed), 200]);
      const channel = one(xmlTree(await answer.text()), 'channel');
      const said = (name: string) => one(channel, name)?.text;
      expect(feed.attributes).toMatchObject({
        title: said('title'),
        description: said('description'),
        htmlUrl: said('link'),
      });
      expect(feed.attributes.language).toBe(said('language'));
    }
  });

  test('name their language if other feeds beside them have the same name', () => {
    const texts = feedsOf(text)
      .filter((feed) => pathOf(feed).includes('letters'))
      .map(({ attributes }) => attributes.text);
    expect(texts).toEqual([
      'The Lakeside Courier: Letters',
      'El Heraldo del Lago: Letters (Español)',
      'The Lakeside Courier: Letters (English)',
    ]);
  });

  test('are the same on /feeds as in /opml.xml', async () => {
    expect((await addresses(world, '/feeds')).sort()).toEqual(pathsOf(text).sort());
  });

  test('include on /es/feeds only tags and authors of its own stories, but other languages and sections as everywhere', async () => {
    const late = (await addresses(world, '/es/feeds')).filter((path) => /pt|letters|tags|authors/.test(path));
    expect(late).toEqual([
      ...['/pt/rss.xml', '/pt/sections/culture/rss.xml', '/pt/podcast.xml'],
      ...['/sections/letters/rss.xml', '/es/sections/letters/rss.xml', '/en/sections/letters/rss.xml'],
      ...['/tags/aereo/rss.xml', '/authors/li-wei/rss.xml'],
    ]);
  });
});

test('the recent feeds of a publication with one language and no podcast are listed once, and without podcasts', async () => {
  const { podcast: _, ...publication } = (await setUp()).config.publication;
  const world = await withGuests({ config: { publication: { ...publication, languages: ['en'] } } });
  expect(foldersOf(await list(world)).slice(0, 2)).toEqual([
    [
      'Other languages seen lately',
      ...['/es/rss.xml', '/es/sections/letters/rss.xml', '/pt/rss.xml', '/pt/sections/culture/rss.xml'],
    ],
    ['Other sections seen lately', '/sections/letters/rss.xml'],
  ]);
  expect((await addresses(world, '/feeds')).sort()).toEqual(pathsOf(await list(world)).sort());
});

describe('while stories come and go', () => {
  test('the feeds of a story under embargo are listed from its time on, and those of a retracted story no longer', async () => {
    const world = await withGuests();
    await postStory(world, { tags: ['Tomorrow'], publishedAt: '2026-11-23T00:00:00Z' });
    expect(pathsOf(await list(world))).not.toContain('/tags/tomorrow/rss.xml');
    world.pass(12 * 3600_000);
    expect(pathsOf(await list(world))).toContain('/tags/tomorrow/rss.xml');
    await world.edit('DELETE', '/api/articles/guest');
    expect((await list(world)).match(/\/pt\//)).toBeNull();
    expect((await addresses(world, '/feeds')).join().match(/\/pt\//)).toBeNull();
  });

  test('the feeds of the newest fifty stories are listed, and those of older stories are not', async () => {
    const world = await setUp();
    await postStory(world, { tags: ['First'] });
    world.pass(1000);
    for (let n = 2; n <= 50; n++) await postStory(world);
    expect(pathsOf(await list(world))).toContain('/tags/first/rss.xml');
    await postStory(world);
    expect(pathsOf(await list(world))).not.toContain('/tags/first/rss.xml');
  });

  test('a new story in listed feeds changes neither the bytes nor the ETag, and a story in another feed does', async () => {
    const world = await withGuests();
    const before = await world.request('/opml.xml');
    world.pass(60_000);
    await postStory(world, { tags: ['Ferries'] });
    await world.edit('PATCH', '/api/articles/guest', { title: 'Another' });
    const etag = before.headers.get('etag') ?? '';
    expect((await world.request('/opml.xml', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect(await list(world)).toBe(await before.text());
    await postStory(world, { tags: ['Bridges'] });
    expect((await world.request('/opml.xml', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });
});

describe('in a process that remembers the recent feeds', () => {
  async function counting() {
    const world = await withGuests();
    const other = await setUp({ sharing: world });
    const { getMany } = world.services.articles;
    const read: string[] = [];
    world.services.articles.getMany = (ids, options) => {
      read.push(...ids);
      return getMany(ids, options);
    };
    return { world, other, read };
  }

  test('no article is read for a 304 or a 200, however much time has passed', async () => {
    const { world, read } = await counting();
    const answers = await Promise.all([1, 2, 3].map(() => world.request('/opml.xml')));
    expect(read).toHaveLength(3);
    world.pass(3600_000);
    const headers = { 'if-none-match': answers[0]?.headers.get('etag') ?? '' };
    expect((await world.request('/opml.xml', { headers })).status).toBe(304);
    expect((await world.request('/opml.xml')).status).toBe(200);
    expect((await world.request('/feeds')).status).toBe(200);
    expect(read).toHaveLength(3);
  });

  test('the feeds of a story that another process accepted are listed a second later', async () => {
    const { world, other } = await counting();
    await list(world);
    await postStory(other, { tags: ['Elsewhere'] });
    world.pass(1000);
    expect(pathsOf(await list(world))).toContain('/tags/elsewhere/rss.xml');
  });

  test('a read that failed is not remembered', async () => {
    const world = await withGuests();
    const { getMany } = world.services.articles;
    world.services.articles.getMany = () => Promise.reject(new Error('throttled'));
    expect((await world.request('/opml.xml')).status).toBe(500);
    world.services.articles.getMany = getMany;
    expect(pathsOf(await list(world))).toContain('/tags/ferries/rss.xml');
  });
});
