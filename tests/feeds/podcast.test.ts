import { beforeEach, describe, expect, test } from 'vitest';
import { aFullArticleInput, anArticleInput } from '../support/builders.ts';
import { rssFaults } from '../support/feed-rules.ts';
import { START, setUp, type World } from '../support/installation.ts';
import { all, one, readRss, xmlTree } from '../support/parsers.ts';
import { podcastFaults } from '../support/podcast-rules.ts';

let world: World;
beforeEach(async () => {
  world = await setUp();
});
const AUDIO = { url: 'https://audio.example/a.mp3?x=1&y=2', type: 'audio/mpeg', bytes: 1000, seconds: 605 };
const post = (id: string, fields: Record<string, unknown> = {}) =>
  world.edit('PUT', `/api/articles/${id}`, anArticleInput({ audio: AUDIO, ...fields }));
const textOf = async (path: string) => (await world.request(path)).text();
const channelOf = async (path: string) => one(xmlTree(await textOf(path)), 'channel');
const itemOf = async (path: string) => one(await channelOf(path), 'item');
const idsIn = async (path: string) => readRss(await textOf(path)).map(({ id }) => id?.split('/').at(-1));
const given = (path: string) => ({ url: `https://paper.example${path}`, now: START });

test('GET /podcast.xml has the stories with an audio version, and /{language}/podcast.xml has those in its language', async () => {
  expect((await post('en-1')).status).toBe(201);
  expect((await post('silent', { audio: undefined })).status).toBe(201);
  expect((await post('es-1', { language: 'es' })).status).toBe(201);
  expect((await idsIn('/podcast.xml')).sort()).toEqual(['en-1', 'es-1']);
  expect(await idsIn('/en/podcast.xml')).toEqual(['en-1']);
  expect(await idsIn('/es/podcast.xml')).toEqual(['es-1']);
});

test('a podcast has everything that Apple and Spotify require, with stories and without', async () => {
  for (const path of ['/podcast.xml', '/en/podcast.xml', '/es/podcast.xml'])
    expect([path, podcastFaults(await textOf(path), given(path))]).toEqual([path, []]);
  await world.edit('PUT', '/api/articles/full', aFullArticleInput());
  await post('plain', { language: 'es' });
  for (const path of ['/podcast.xml', '/en/podcast.xml', '/es/podcast.xml', '/archive/2026-11/podcast.xml'])
    expect([path, podcastFaults(await textOf(path), given(path))]).toEqual([path, []]);
});

test('the head of a podcast has what the settings say in its language', async () => {
  const channel = await channelOf('/es/podcast.xml');
  const textIn = (name: string) => one(channel, name)?.text;
  expect(textIn('title')).toBe('El Heraldo para escuchar');
  expect(textIn('description')).toContain('leídas por sus autores');
  expect(textIn('language')).toBe('es');
  expect(textIn('link')).toBe('https://paper.example/es/');
  expect(textIn('copyright')).toBe('© El Heraldo del Lago');
  expect(textIn('itunes:author')).toBe('El Heraldo del Lago');
  expect(textIn('itunes:type')).toBe('episodic');
  expect(textIn('itunes:explicit')).toBe('false');
  const owner = one(channel, 'itunes:owner');
  expect([one(owner, 'itunes:name')?.text, one(owner, 'itunes:email')?.text]).toEqual([
    'Courier Audio',
    'audio@lakesidecourier.example',
  ]);
  const category = one(channel, 'itunes:category');
  expect([category, one(category, 'itunes:category')].map((each) => each?.attributes.text)).toEqual([
    'News',
    'Daily News',
  ]);
  expect(one(channel, 'itunes:image')?.attributes.href).toBe('https://lakesidecourier.example/audio.png');
  // A podcast in several languages names the first, because Apple accepts no podcast without a language.
  expect(one(await channelOf('/podcast.xml'), 'language')?.text).toBe('en');
});

test.each(['/podcast.xml', '/rss.xml', '/en/rss.xml', '/tags/ferries/rss.xml'])(
  '%s has what podcast players need to know about an item with an audio version',
  async (path) => {
    await post('a', { authors: [{ name: 'Ana Ruiz' }, { name: 'Li & Sons' }], tags: ['Ferries'] });
    const item = await itemOf(path);
    expect(one(item, 'enclosure')?.attributes).toEqual({
      url: AUDIO.url,
      type: 'audio/mpeg',
      length: '1000',
    });
    const said = ['itunes:duration', 'itunes:explicit', 'itunes:author'].map((name) => one(item, name)?.text);
    expect(said).toEqual(['605', 'false', 'Ana Ruiz, Li & Sons']);
    expect(rssFaults(await textOf(path), given(path))).toEqual([]);
  },
);

test('a feed without an audio version has no elements for podcast players', async () => {
  await post('a', { audio: undefined });
  expect(await textOf('/rss.xml')).not.toContain('itunes');
  expect(rssFaults(await textOf('/rss.xml'), given('/rss.xml'))).toEqual([]);
});

describe('audio', () => {
  test.each([
    ['audio/mpeg', 'https://a.example/A.MP3', 'audio/mpeg'],
    ['audio/mp4', 'https://a.example/a.m4a?x=1', 'audio/x-m4a'],
    ['audio/x-m4a', 'https://a.example/a.m4a', 'audio/x-m4a'],
  ])('of type %s at %s is in the podcast as %s', async (type, url, played) => {
    const answer = await post('a', { audio: { ...AUDIO, type, url } });
    expect((await answer.json()).warnings).toBeUndefined();
    expect(one(await itemOf('/podcast.xml'), 'enclosure')?.attributes).toMatchObject({ url, type: played });
    expect(one(await itemOf('/rss.xml'), 'enclosure')?.attributes.type).toBe(type);
    expect(podcastFaults(await textOf('/podcast.xml'), given('/podcast.xml'))).toEqual([]);
  });

  test.each([
    ['that players do not play', { type: 'audio/ogg', url: 'https://a.example/a.ogg' }],
    ['whose address ends as another type', { url: 'https://a.example/a.ogg' }],
    ['whose address has no ending', { url: 'https://a.example/audio?id=a.mp3' }],
    ['of unknown length', { bytes: 0 }],
  ])(
    '%s stays out of the podcast, is in every other feed, and the editor gets a warning',
    async (_, change) => {
      const answer = await post('a', { audio: { ...AUDIO, ...change } });
      expect((await answer.json()).warnings).toEqual([
        { pointer: '/audio', detail: expect.stringContaining('audio/mpeg at an address that ends in .mp3') },
      ]);
      expect(await idsIn('/podcast.xml')).toEqual([]);
      expect(await textOf('/rss.xml')).not.toContain('itunes');
      await post('b', { publishedAt: '2026-11-01T00:00:00Z' });
      const xml = await textOf('/rss.xml');
      expect(readRss(xml).map(({ enclosure }) => enclosure?.url)).toEqual([
        { ...AUDIO, ...change }.url,
        AUDIO.url,
      ]);
      expect((await itemOf('/rss.xml'))?.children.filter(({ name }) => name.startsWith('itunes:'))).toEqual(
        [],
      );
      expect(rssFaults(xml, given('/rss.xml'))).toEqual([]);
    },
  );

  test('that is removed from a story takes the story out of the podcast', async () => {
    await post('a');
    expect(await idsIn('/podcast.xml')).toEqual(['a']);
    world.pass(1000);
    await world.edit('PATCH', '/api/articles/a', { audio: null });
    expect(await idsIn('/podcast.xml')).toEqual([]);
  });
});

test('the texts of a story are shortened in the podcast to what players accept, and are whole in the other feeds', async () => {
  const title = `${'Ferry & '.repeat(100)}x`;
  const summary = `${'<ñ> & '.repeat(2000)}x`;
  const authors = Array.from({ length: 10 }, (_, n) => ({ name: `Ana ${'Ruiz '.repeat(30)}${n}` }));
  await post('a', { title, summary, authors });
  expect(podcastFaults(await textOf('/podcast.xml'), { ...given('/podcast.xml'), anyText: true })).toEqual(
    [],
  );
  const [cut] = readRss(await textOf('/podcast.xml'));
  expect(cut?.title).toMatch(/^(Ferry & )+Ferry…$/);
  expect(cut?.summary?.length).toBeGreaterThan(500);
  expect(readRss(await textOf('/rss.xml'))[0]).toMatchObject({ title, summary });
});

test('a square photo of the right size is the picture of its episode, and another photo is not', async () => {
  const image = { url: 'https://img.example/a.jpg', alt: '', width: 1400, height: 1400 };
  for (const [change, shown] of [
    [{}, image.url],
    [{ width: 3000, height: 3000 }, image.url],
    [{ width: 1399, height: 1399 }, undefined],
    [{ width: 3001, height: 3001 }, undefined],
    [{ height: 1500 }, undefined],
    [{ url: 'https://img.example/a.webp' }, undefined],
    [{ url: 'http://img.example/a.jpg' }, undefined],
  ] as const) {
    world.pass(1000);
    await post('a', { image: { ...image, ...change } });
    expect(one(await itemOf('/podcast.xml'), 'itunes:image')?.attributes.href).toBe(shown);
  }
});

describe('without a podcast in the settings', () => {
  beforeEach(async () => {
    const { podcast, ...publication } = world.config.publication;
    world = await setUp({ config: { publication } });
    await post('a');
  });

  test.each(['/podcast.xml', '/en/podcast.xml', '/archive/2026-11/podcast.xml'])(
    '%s is answered 404',
    async (path) => {
      expect((await world.request(path)).status).toBe(404);
    },
  );

  test('a feed says nothing about audio but the enclosure, and no page or document names a podcast', async () => {
    const xml = await textOf('/rss.xml');
    expect(readRss(xml)[0]?.enclosure).toEqual({ url: AUDIO.url, type: 'audio/mpeg', length: 1000 });
    expect(rssFaults(xml, given('/rss.xml'))).toEqual([]);
    for (const path of ['/rss.xml', '/atom.xml', '/feed.json', '/feeds', '/opml.xml', '/'])
      expect(await textOf(path)).not.toMatch(/podcast\.xml|itunes/);
  });

  test('a podcast that is added to the settings later has the stories from before', async () => {
    const { podcast } = (await setUp()).config.publication;
    const { publication } = world.config;
    world = await setUp({
      sharing: world,
      config: { publication: { ...publication, ...(podcast && { podcast }) } },
    });
    expect(await idsIn('/podcast.xml')).toEqual(['a']);
  });
});

test('POST /podcast.xml is answered 405', async () => {
  expect((await world.request('/podcast.xml', { method: 'POST' })).status).toBe(405);
  expect(all(await channelOf('/podcast.xml'), 'item')).toEqual([]);
});
