import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ACCEPT_HEADERS } from '../support/accept-headers.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';

/** The page that a person sees who opens the address of a feed in a browser. */

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const AUDIO = { url: 'https://audio.example/a.mp3', type: 'audio/mpeg', bytes: 1000, seconds: 60 };

let world: World;
beforeAll(async () => {
  world = await setUp();
  await postStory(world, { title: 'The ferry returns', tags: ['Ferries & Boats'], audio: AUDIO });
  await postStory(world, { title: 'El mural', language: 'es', section: 'culture' });
  await postStory(world, { id: 'old', title: 'An older story', publishedAt: '2026-09-10T10:00:00Z' });
});

async function open(path: string, headers: Record<string, string> = {}, from = world) {
  const answer = await from.request(path, {
    headers: { accept: BROWSER, 'accept-language': 'en', ...headers },
  });
  const text = await answer.clone().text();
  return { answer, status: answer.status, headers: answer.headers, text, titles: titlesIn(text) };
}
const titlesIn = (html: string) =>
  [...html.matchAll(/<h2><a href="[^"]*">([^<]*)<\/a><\/h2>/g)].map(([, title]) => title);
const feedsIn = (html: string) =>
  [...html.matchAll(/<link rel="alternate"[^>]* href="([^"]+)"/g)].map(([, href]) => href ?? '');

describe.each(ACCEPT_HEADERS)('%s (Accept: %j)', (_, accept, given) => {
  const types = { page: 'text/html; charset=utf-8', document: 'application/atom+xml; charset=utf-8' };

  it(`gets the ${given}, and caches are told that the answer depends on Accept`, async () => {
    const headers = accept === undefined ? {} : { accept };
    const answer = await world.request('/en/atom.xml', { headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, types[given]]);
    expect(answer.headers.get('vary')).toBe('Accept-Encoding, Accept');
  });
});

it.each([
  ['/rss.xml', 'All stories', ['El mural', 'The ferry returns', 'An older story']],
  ['/es/feed.json', 'Español', ['El mural']],
  ['/sections/culture/atom.xml', 'Culture', ['El mural']],
  ['/tags/ferries-boats/rss.xml', 'Ferries &amp; Boats', ['The ferry returns']],
  ['/authors/ana-ruiz/feed.json', 'Ana Ruiz', ['El mural', 'The ferry returns', 'An older story']],
  ['/podcast.xml', 'Podcast', ['The ferry returns']],
  ['/archive/2026-09/atom.xml', 'All stories', ['An older story']],
])(
  'the page at %s says what the feed is, has its address and stories, and names its own feed first',
  async (path, name, titles) => {
    const page = await open(path);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`dir="auto">${name}</h1>`);
    expect([...page.titles].sort()).toEqual([...titles].sort());
    const subscription = path.replace(/archive\/[^/]+\//, '');
    expect(page.text).toContain(`value="https://paper.example${subscription}"`);
    const folder = subscription.replace(/[^/]+$/, '');
    const formats = ['rss.xml', 'atom.xml', 'feed.json'].map((file) => folder + file);
    const own =
      path === '/podcast.xml' ? [path] : [subscription, ...formats.filter((each) => each !== subscription)];
    expect(feedsIn(page.text).slice(0, own.length)).toEqual(own);
  },
);

it('every link to a feed reader contains the whole address of the feed, encoded', async () => {
  const { text } = await open('/tags/ferries-boats/rss.xml');
  const address = 'https://paper.example/tags/ferries-boats/rss.xml';
  const links = [...text.matchAll(/<li><a href="(https:[^"]+)">([^<]+)<\/a><\/li>/g)];
  expect(links.map(([, , name]) => name)).toEqual([
    'Feedly',
    'Inoreader',
    'NewsBlur',
    'The Old Reader',
    'Feedbin',
  ]);
  for (const [, link = ''] of links) {
    expect(link).not.toContain(address);
    expect(decodeURIComponent(link).endsWith(address)).toBe(true);
  }
  const podcast = await open('/podcast.xml');
  expect(podcast.text).toContain(
    'https://antennapod.org/deeplink/subscribe?url=https%3A%2F%2Fpaper.example%2F',
  );
  expect(podcast.text).not.toContain('feedly.com');
});

it('the page is in the language of the feed, or in the language of the reader if the feed has several', async () => {
  const own = await open('/es/rss.xml', { 'accept-language': 'en' });
  expect(own.text).toContain('<html lang="es"');
  expect(own.headers.get('vary')).toBe('Accept-Encoding, Accept');
  for (const language of ['en', 'es']) {
    const page = await open('/rss.xml', { 'accept-language': language });
    expect(page.text).toContain(`<html lang="${language}"`);
    expect(page.headers.get('vary')).toBe('Accept-Encoding, Accept, Accept-Language');
  }
});

it('links to older and newer parts of the archive lead a reader past every story', async () => {
  const busy = await setUp();
  for (let day = 1; day <= 30; day++)
    await postStory(busy, {
      title: `Day ${day}`,
      publishedAt: `2026-10-${String(day).padStart(2, '0')}T10:00:00Z`,
    });
  await postStory(busy, { title: 'In September', publishedAt: '2026-09-01T10:00:00Z' });
  const linkTo = (text: string, label: string) =>
    new RegExp(`<a href="([^"]+)">${label}</a>`).exec(text)?.[1];
  const walk = async (from: string | undefined, label: string) => {
    const seen: { path: string; titles: (string | undefined)[]; text: string }[] = [];
    for (let path = from; path; path = linkTo(seen.at(-1)?.text ?? '', label))
      seen.push({ path, ...(await open(path, {}, busy)) });
    return seen;
  };
  const newest = await open('/en/rss.xml', {}, busy);
  expect(newest.titles).toHaveLength(25);
  const back = await walk(linkTo(newest.text, 'The archive, month by month'), 'Older stories');
  expect(back[0]?.text).toContain('October 2026</h2>');
  const archived = back.flatMap(({ titles }) => titles);
  expect(new Set(archived)).toEqual(
    new Set([...Array(30).keys()].map((at) => `Day ${at + 1}`).concat('In September')),
  );
  expect(archived).toHaveLength(31);
  const forth = await walk(back.at(-1)?.path, 'Newer stories');
  expect(forth.map(({ path }) => path)).toEqual(back.map(({ path }) => path).reverse());
  expect(linkTo(forth.at(-1)?.text ?? '', 'Latest stories')).toBe('/en/rss.xml');
});

it('a retracted story is gone from the page at once, and an edited story is shown as it is now', async () => {
  const newsroom = await setUp();
  await postStory(newsroom, { id: 'gone', title: 'A mistake' });
  await postStory(newsroom, { id: 'edited', title: 'A first version' });
  expect((await open('/rss.xml', {}, newsroom)).titles).toHaveLength(2);
  await newsroom.edit('DELETE', '/api/articles/gone');
  await newsroom.edit('PATCH', '/api/articles/edited', { title: 'A second version' });
  expect((await open('/rss.xml', {}, newsroom)).titles).toEqual(['A second version']);
});

it('a retracted story is also gone in a process that still remembers it in the feed', async () => {
  const newsroom = await setUp();
  await postStory(newsroom, { id: 'gone', title: 'A mistake' });
  const other = await setUp({ sharing: newsroom });
  expect((await open('/rss.xml', {}, other)).titles).toEqual(['A mistake']);
  await newsroom.edit('DELETE', '/api/articles/gone');
  expect((await open('/rss.xml', {}, other)).titles).toEqual([]);
});

it('a feed that does not exist is answered with a page that says so', async () => {
  for (const path of ['/tags/none/rss.xml', '/fr/atom.xml', '/archive/2025-01/feed.json']) {
    const { status, text, headers } = await open(path);
    expect([path, status]).toEqual([path, 404]);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('There is no such page');
  }
});

it('the page is compressed, is answered 304 only for its own ETag, and has the same headers for HEAD', async () => {
  const br = { 'accept-encoding': 'br' };
  const packed = await open('/rss.xml', br);
  expect(packed.headers.get('content-encoding')).toBe('br');
  const bytes = Buffer.from(await packed.answer.arrayBuffer());
  expect(brotliDecompressSync(bytes).toString()).toBe((await open('/rss.xml')).text);
  const tag = packed.headers.get('etag') ?? '';
  expect((await open('/rss.xml', { ...br, 'if-none-match': tag })).status).toBe(304);
  const ofDocument = (await world.request('/rss.xml', { headers: br })).headers.get('etag') ?? '';
  expect((await open('/rss.xml', { ...br, 'if-none-match': ofDocument })).status).toBe(200);
  const head = await world.request('/rss.xml', {
    method: 'HEAD',
    headers: { accept: BROWSER, 'accept-language': 'en', ...br },
  });
  expect([...head.headers]).toEqual([...packed.headers]);
  expect(await head.text()).toBe('');
});
