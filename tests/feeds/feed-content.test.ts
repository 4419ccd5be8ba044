import { parseJsonFeed } from 'feedsmith';
import Parser from 'rss-parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { aFullArticleInput, anArticleInput } from '../support/builders.ts';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';
import { START, setUp } from '../support/installation.ts';
import {
  all,
  feedsmithAtom,
  feedsmithRss,
  one,
  type ReadEntry,
  readAtom,
  readJson,
  readRss,
  xmlTree,
} from '../support/parsers.ts';

const documents: Record<'rss.xml' | 'atom.xml' | 'feed.json', string> = {
  'rss.xml': '',
  'atom.xml': '',
  'feed.json': '',
};

beforeAll(async () => {
  const { edit, request } = await setUp();
  const full = aFullArticleInput({
    id: 'ferry',
    publishedAt: '2026-11-22T08:15:30Z',
    content: { html: '<p>One &amp; two</p>' },
  });
  expect((await edit('POST', '/api/articles', full)).status).toBe(201);
  const plain = anArticleInput({ id: 'plain', language: 'es', publishedAt: '2026-11-21T08:00:00Z' });
  expect((await edit('POST', '/api/articles', plain)).status).toBe(201);
  for (const file of Object.keys(documents) as (keyof typeof documents)[]) {
    documents[file] = await (await request(`/${file}`)).text();
  }
});

const FULL: ReadEntry = {
  id: 'tag:lakesidecourier.example,2024-05:articles/ferry',
  link: 'https://paper.example/2026/ferry?from=feed&x=1',
  title: 'The ferry returns',
  summary: 'Two years on, "the old lady" sails & sings.',
  html: expect.stringMatching(/^<figure><img .*<\/figure><p>One &amp; two<\/p>$/),
  published: '2026-11-22T08:15:30.000Z',
  authors: ['Ana Ruiz', 'Li & Sons'],
  contributors: ['Zoë <Ng> & Co', 'Jo Dahl'],
  categories: ['Harbour', 'Ferries', 'López Obrador', 'Q&A'],
  enclosure: { url: 'https://audio.example/ferry.mp3?a=1&b=2', type: 'audio/mpeg', length: 7_654_321 },
  photo: {
    url: 'https://img.example/ferry.jpg?w=1200&h=800',
    caption: 'The ferry on Sunday & <before> noon',
    credit: 'Photo: R&D "Dahl"',
  },
  comments: 'https://paper.example/2026/ferry?a=1&b=2#comments',
  related: [{ title: 'The <old> quay & "its" end', url: 'https://paper.example/2025/quay?x=1&y=2' }],
  translations: [],
  language: 'en',
};

const PLAIN: ReadEntry = {
  id: 'tag:lakesidecourier.example,2024-05:articles/plain',
  link: 'https://paper.example/articles/plain',
  title: 'The ferry returns',
  summary: undefined,
  html: '<p>After two years the ferry sails again.</p>',
  published: '2026-11-21T08:00:00.000Z',
  authors: [],
  contributors: [],
  // The settings have this section's name in Spanish.
  categories: ['Puerto'],
  enclosure: undefined,
  photo: undefined,
  comments: undefined,
  related: [],
  translations: [],
  language: 'es',
};

describe('every field of a story is in the feed', () => {
  test.each([
    ['rss.xml', 'a strict XML parser', readRss],
    ['rss.xml', 'feedsmith', feedsmithRss],
    ['atom.xml', 'a strict XML parser', readAtom],
    ['atom.xml', 'feedsmith', feedsmithAtom],
    ['feed.json', 'a JSON parser', readJson],
  ] as const)('in %s, as read by %s', (file, _, read) => {
    // A story without a summary has its first words as its description in RSS, because feed readers show them in lists.
    const summary = file === 'rss.xml' ? 'After two years the ferry sails again.' : undefined;
    expect(read(documents[file])).toEqual([FULL, { ...PLAIN, summary }]);
  });

  test.each(['rss.xml', 'atom.xml'] as const)('in %s, as read by rss-parser', async (file) => {
    const { items } = await new Parser().parseString(documents[file]);
    expect(items.map(({ title, link, isoDate }) => ({ title, link, isoDate }))).toEqual(
      [FULL, PLAIN].map(({ title, link, published }) => ({ title, link, isoDate: published })),
    );
    expect(items.map((item) => item.guid ?? item.id)).toEqual([FULL.id, PLAIN.id]);
    if (file === 'rss.xml') {
      expect(items[0]).toMatchObject({
        categories: FULL.categories,
        comments: FULL.comments,
        enclosure: { url: FULL.enclosure?.url, length: '7654321', type: 'audio/mpeg' },
      });
    }
  });

  test('in feed.json, as read by feedsmith', () => {
    const [item] = parseJsonFeed(JSON.parse(documents['feed.json'])).items ?? [];
    expect(item).toMatchObject({
      id: FULL.id,
      url: FULL.link,
      title: FULL.title,
      summary: FULL.summary,
      image: FULL.photo?.url,
      tags: FULL.categories,
      language: 'en',
      authors: [{ name: 'Ana Ruiz', url: 'https://paper.example/staff/ana?a=1&b=2' }, { name: 'Li & Sons' }],
      attachments: [
        {
          url: FULL.enclosure?.url,
          mime_type: 'audio/mpeg',
          size_in_bytes: 7_654_321,
          duration_in_seconds: 605,
          title: FULL.title,
        },
      ],
    });
  });
});

describe('the feed keeps to the rules', () => {
  const given = (file: string) => ({ url: `https://paper.example/${file}`, now: START });
  test('of RSS 2.0', () => expect(rssFaults(documents['rss.xml'], given('rss.xml'))).toEqual([]));
  test('of Atom', () => expect(atomFaults(documents['atom.xml'], given('atom.xml'))).toEqual([]));
  test('of JSON Feed 1.1', () =>
    expect(jsonFeedFaults(documents['feed.json'], given('feed.json'))).toEqual([]));
});

test('the lead photo is in the content with its caption and credit, for feed readers that show only the content', () => {
  const [{ html } = {}] = readRss(documents['rss.xml']);
  expect(html).toContain(
    '<img src="https://img.example/ferry.jpg?w=1200&amp;h=800" alt="The ferry at the quay" width="1200" height="800" />',
  );
  expect(html).toContain(
    '<figcaption>The ferry on Sunday &amp; &lt;before&gt; noon — Photo: R&amp;D &quot;Dahl&quot;</figcaption>',
  );
});

test('a lead photo that the body shows already is not shown twice', async () => {
  const { edit, request } = await setUp();
  const url = "https://img.example/it's.jpg?a=1&b=2";
  await edit(
    'POST',
    '/api/articles',
    anArticleInput({ image: { url, alt: '' }, content: { html: `<p>a</p><img src="${url}">` } }),
  );
  const [{ html } = {}] = readRss(await (await request('/rss.xml')).text());
  expect(html?.match(/<img/g)).toHaveLength(1);
});

test('a guid in RSS says that it is not a permalink', () => {
  const [item] = all(one(xmlTree(documents['rss.xml']), 'channel'), 'item');
  expect(one(item, 'guid')?.attributes).toEqual({ isPermaLink: 'false' });
});

test('the photo has its size and type in Media RSS', () => {
  const [item] = all(one(xmlTree(documents['rss.xml']), 'channel'), 'item');
  expect(one(item, 'media:content')?.attributes).toEqual({
    url: 'https://img.example/ferry.jpg?w=1200&h=800',
    medium: 'image',
    type: 'image/jpeg',
    width: '1200',
    height: '800',
    fileSize: '123456',
  });
});

test('a photo without a caption is described by its alternative text', async () => {
  const { edit, request } = await setUp();
  const image = { url: 'https://img.example/a.jpg', alt: 'A <boat> & "crew"' };
  await edit('POST', '/api/articles', anArticleInput({ image }));
  for (const read of [readRss, feedsmithRss])
    expect(read(await (await request('/rss.xml')).text())[0]?.photo?.caption).toBe(image.alt);
  expect(readAtom(await (await request('/atom.xml')).text())[0]?.photo?.caption).toBe(image.alt);
});

test('authors in Atom keep their addresses, and the publication is the author of the feed', () => {
  const feed = xmlTree(documents['atom.xml']);
  expect(one(one(feed, 'atom:author'), 'atom:name')?.text).toBe('The Lakeside Courier');
  const [ana] = all(all(feed, 'atom:entry')[0], 'atom:author');
  expect(one(ana, 'atom:uri')?.text).toBe('https://paper.example/staff/ana?a=1&b=2');
  const contributor = all(all(feed, 'atom:entry')[0], 'atom:contributor')[1];
  expect(one(contributor, 'atom:uri')?.text).toBe('https://paper.example/staff/jo?a=1&b=2');
});

test('the head of a feed says what the feed is, how long a copy of it is good for and what its address is', async () => {
  const { request } = await setUp();
  const head = async (path: string) => xmlTree(await (await request(path)).text());
  const channel = one(await head('/es/sections/harbour/rss.xml'), 'channel');
  expect(one(channel, 'title')?.text).toBe('El Heraldo del Lago: Puerto');
  expect(one(channel, 'description')?.text).toBe('Lo que pasa alrededor del lago, en español y en inglés.');
  expect(one(channel, 'language')?.text).toBe('es');
  expect(one(channel, 'link')?.text).toBe('https://paper.example/es/');
  expect(one(channel, 'ttl')?.text).toBe('5');
  expect(one(channel, 'atom:link')?.attributes).toMatchObject({
    rel: 'self',
    href: 'https://paper.example/es/sections/harbour/rss.xml',
  });
  const atom = await head('/en/atom.xml');
  expect(atom.attributes['xml:lang']).toBe('en');
  expect(one(atom, 'atom:id')?.text).toBe('https://paper.example/en/atom.xml');
  // A feed with stories in two languages names no language of its own, because each entry names its language.
  // The texts of its head are English, and xml:lang says so.
  const all = await head('/rss.xml');
  expect(one(one(all, 'channel'), 'language')).toBeUndefined();
  expect([all.attributes['xml:lang'], (await head('/atom.xml')).attributes['xml:lang']]).toEqual([
    'en',
    'en',
  ]);
});

test('the logo and the icon in the settings are in every format that has a place for them', async () => {
  const { config } = await setUp();
  const logo = 'https://paper.example/logo.png?a=1&b=2';
  const favicon = 'https://paper.example/icon.png?a=1&b=2';
  const { request, edit } = await setUp({
    config: { publication: { ...config.publication, logo, favicon } },
  });
  await edit('POST', '/api/articles', anArticleInput());
  const read = async (path: string) => (await request(path)).text();
  expect(one(one(one(xmlTree(await read('/rss.xml')), 'channel'), 'image'), 'url')?.text).toBe(logo);
  expect(one(xmlTree(await read('/atom.xml')), 'atom:logo')?.text).toBe(logo);
  expect(one(xmlTree(await read('/atom.xml')), 'atom:icon')?.text).toBe(favicon);
  expect(JSON.parse(await read('/feed.json'))).toMatchObject({ icon: logo, favicon });
  expect(rssFaults(await read('/rss.xml'))).toEqual([]);
  expect(atomFaults(await read('/atom.xml'))).toEqual([]);
});
