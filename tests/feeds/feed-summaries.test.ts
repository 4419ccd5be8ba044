import { beforeEach, describe, expect, test } from 'vitest';
import { aFullArticleInput, anArticleInput } from '../support/builders.ts';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';
import { setUp, type World } from '../support/installation.ts';
import { feedsmithAtom, feedsmithRss, readAtom, readJson, readRss } from '../support/parsers.ts';
import { podcastFaults } from '../support/podcast-rules.ts';

/** The settings `feeds.content` and `feeds.contentByFeed` say whether a feed has whole stories, or only their summaries (deks). */

type Content = 'full' | 'summary';
const LONG = `The ferry sails again, after two years in which nobody crossed but by the bridge. ${'It was a long time. '.repeat(30)}`;
const BODY = `<figure><figcaption>A caption.</figcaption></figure><h2>Heading</h2><p>The <b>fer</b>ry sails again, after two years in which nobody crossed but by the bridge.</p><p>${'It was a long time. '.repeat(30)}</p>`;

async function worldWith(content: Content, contentByFeed: Record<string, Content> = {}): Promise<World> {
  const { publication } = (await setUp()).config;
  const feeds = { ...publication.feeds, content, contentByFeed };
  const world = await setUp({ config: { publication: { ...publication, feeds } } });
  for (const input of [
    aFullArticleInput({ id: 'dek', publishedAt: '2026-11-22T08:00:00Z', content: { html: BODY } }),
    anArticleInput({ id: 'none', publishedAt: '2026-11-21T08:00:00Z', content: { html: BODY } }),
    anArticleInput({
      id: 'picture',
      publishedAt: '2026-11-20T08:00:00Z',
      content: { html: '<figure><img src="https://img.example/a.jpg"></figure>' },
    }),
  ])
    expect((await world.edit('POST', '/api/articles', input)).status).toBe(201);
  return world;
}
const textOf = async (world: World, path: string) => (await world.request(path)).text();

describe('a feed of summaries', () => {
  let world: World;
  beforeEach(async () => {
    world = await worldWith('summary');
  });

  test.each([
    ['rss.xml', 'a strict XML parser', readRss],
    ['rss.xml', 'feedsmith', feedsmithRss],
    ['atom.xml', 'a strict XML parser', readAtom],
    ['atom.xml', 'feedsmith', feedsmithAtom],
  ] as const)(
    'in /%s, as read by %s, has the dek of each story or else its first words, and no whole text',
    async (file, _, read) => {
      const entries = read(await textOf(world, `/${file}`));
      expect(entries.map(({ html }) => html)).toEqual([undefined, undefined, undefined]);
      const [dek, begun, title] = entries.map(({ summary }) => summary ?? '');
      expect(dek).toBe('Two years on, "the old lady" sails & sings.');
      expect([...(begun ?? '')].length).toBeLessThanOrEqual(300);
      expect(begun).toMatch(/ (?:It|was|a|long|time\.)…$/);
      expect(LONG.startsWith(begun?.slice(0, -1) ?? '')).toBe(true);
      // A story that has only pictures and no dek is summarized by its title.
      expect(title).toBe('The ferry returns');
    },
  );

  test('in /feed.json has the summary as its text, and the photo as a banner', async () => {
    const { items } = JSON.parse(await textOf(world, '/feed.json'));
    expect(items[0]).toMatchObject({
      content_text: 'Two years on, "the old lady" sails & sings.',
      image: 'https://img.example/ferry.jpg?w=1200&h=800',
      banner_image: 'https://img.example/ferry.jpg?w=1200&h=800',
    });
    expect(items[1].content_text).toMatch(/^The ferry sails again, after two years/);
    expect(items.some((item: object) => 'content_html' in item || 'summary' in item)).toBe(false);
  });

  test('keeps to the rules, and so does its archive, which has only summaries too', async () => {
    for (const folder of ['', '/archive/2026-11']) {
      const [rss, atom, json, podcast] = await Promise.all(
        ['rss.xml', 'atom.xml', 'feed.json', 'podcast.xml'].map((file) => textOf(world, `${folder}/${file}`)),
      );
      expect([rssFaults(rss ?? ''), atomFaults(atom ?? ''), jsonFeedFaults(json ?? '')]).toEqual([
        [],
        [],
        [],
      ]);
      expect(podcastFaults(podcast ?? '')).toEqual([]);
      for (const text of [rss, atom, json, podcast])
        expect(text).not.toContain('nobody crossed but by the bridge.</p>');
    }
  });
});

test('a feed of whole stories has the photo as a banner and in the text', async () => {
  const { items } = JSON.parse(await textOf(await worldWith('full'), '/feed.json'));
  expect(items[0].content_html).toContain('https://img.example/ferry.jpg?w=1200&amp;h=800');
  expect(items[0].banner_image).toBe('https://img.example/ferry.jpg?w=1200&h=800');
  expect('banner_image' in items[1]).toBe(false);
});

test('a feed that the settings name has summaries while other feeds are whole, in each format and in its archive', async () => {
  const world = await worldWith('full', {
    '/en/': 'summary',
    '/sections/harbour/': 'summary',
    '/tags/lopez-obrador/': 'summary',
    '/authors/ana-ruiz/': 'summary',
    '/podcast.xml': 'summary',
  });
  const isWhole = async (path: string) =>
    (await textOf(world, path)).includes('nobody crossed but by the bridge.</p>');
  for (const folder of ['/en', '/sections/harbour', '/tags/lopez-obrador', '/authors/ana-ruiz']) {
    for (const file of ['rss.xml', 'atom.xml', 'feed.json', 'archive/2026-11/rss.xml'])
      expect([folder, file, await isWhole(`${folder}/${file}`)]).toEqual([folder, file, false]);
  }
  expect(await isWhole('/podcast.xml')).toBe(false);
  for (const path of ['/rss.xml', '/en/sections/harbour/rss.xml', '/tags/ferries/rss.xml', '/en/podcast.xml'])
    expect([path, await isWhole(path)]).toEqual([path, true]);
});

test('the feed of a tag in another script can have whole stories while all other feeds have summaries', async () => {
  const world = await worldWith('summary', { '/tags/政治/': 'full' });
  await world.edit('POST', '/api/articles', anArticleInput({ tags: ['政治'], content: { html: BODY } }));
  const path = `/tags/${encodeURIComponent('政治')}/rss.xml`;
  expect(readRss(await textOf(world, path))[0]?.html).toContain('<b>fer</b>ry');
  expect(readRss(await textOf(world, '/rss.xml'))[0]?.html).toBeUndefined();
});

test('a change of the setting changes the ETag', async () => {
  const full = await worldWith('full');
  const before = (await full.request('/rss.xml')).headers.get('etag');
  const { publication } = full.config;
  const after = await setUp({
    sharing: full,
    config: { publication: { ...publication, feeds: { ...publication.feeds, content: 'summary' } } },
  });
  const answer = await after.request('/rss.xml', { headers: { 'if-none-match': before ?? '' } });
  expect(answer.status).toBe(200);
  expect(readRss(await answer.text())[0]?.html).toBeUndefined();
  expect(readJson(await textOf(after, '/feed.json'))[0]?.html).toBeUndefined();
});
