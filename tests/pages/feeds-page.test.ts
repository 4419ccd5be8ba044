import { beforeAll, expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';

/** The page `/feeds` lists the feeds, and says how to follow them. */

let world: World;
beforeAll(async () => {
  world = await setUp();
  await postStory(world, { tags: ['Ferries'], authors: [{ name: 'Ana Ruiz' }] });
});

const read = async (path: string, from = world) => (await from.request(path)).text();
const all = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, found]) => found);
const headings = (html: string) => all(html, /<h2>([^<]+)<\/h2>/g);
const addresses = (html: string) => all(html, /<input [^>]*value="([^"]+)"/g);

it('every feed has its address, a button to copy it, and links to feed readers that accept it', async () => {
  const html = await read('/en/feeds');
  const { languages, sections } = world.config.publication;
  const folders = ['/', ...languages.map((language) => `/${language}/`)];
  const expected = [
    ...folders,
    ...folders.flatMap((folder) => sections.map(({ slug }) => `${folder}sections/${slug}/`)),
    '/tags/ferries/',
    '/authors/ana-ruiz/',
  ].map((folder) => `https://paper.example${folder}rss.xml`);
  const podcasts = folders.map((folder) => `https://paper.example${folder}podcast.xml`);
  expect(addresses(html).sort()).toEqual([...expected, ...podcasts].sort());
  for (const each of [/>Feedly<\/a>/g, />Feedbin<\/a>/g])
    expect(html.match(each)).toHaveLength(expected.length);
  for (const each of [/<button type="button"/g, /<summary /g])
    expect(html.match(each)).toHaveLength(expected.length + podcasts.length);
  expect(html.match(/>AntennaPod<\/a>/g)).toHaveLength(podcasts.length);
});

it('every address on the page, and every link to another format, leads to a feed', async () => {
  const html = await read('/en/feeds');
  const links = all(html, /<a href="(\/[^"]+)" type="application/g);
  expect(links).toHaveLength(3 * (addresses(html).length - 3) + 3);
  for (const path of [...links, ...addresses(html).map((url) => new URL(url ?? '').pathname)])
    expect([path, (await world.request(path ?? '')).status]).toEqual([path, 200]);
});

it("feeds in the reader's language come first, then those in all languages, then those in other languages", async () => {
  expect(headings(await read('/es/feeds'))).toEqual([
    'Cómo seguirnos',
    'Todo el diario',
    'Pódcast',
    'Secciones: Español',
    'Secciones en todos los idiomas',
    'Secciones: English',
  ]);
  expect(headings(await read('/en/feeds'))).toEqual([
    'How to follow us',
    'The whole paper',
    'Podcast',
    'Sections: English',
    'Sections in all languages',
    'Sections: Español',
    'Topics seen lately',
    'Authors seen lately',
  ]);
});

it('the page of a publication in one language and without a podcast has each feed once', async () => {
  const { podcast: _, ...publication } = world.config.publication;
  const own = await setUp({ config: { publication: { ...publication, languages: ['en'] } } });
  const html = await read('/feeds', own);
  expect(headings(html)).toEqual(['How to follow us', 'The whole paper', 'Sections']);
  expect(addresses(html)).toHaveLength(1 + publication.sections.length);
});

it('the list of all feeds can be downloaded as a file', async () => {
  expect(await read('/en/feeds')).toMatch(/<a href="\/opml\.xml" type="text\/x-opml" download>/);
});
