import { gunzipSync } from 'node:zlib';
import { parseOpml } from 'feedsmith';
import { beforeAll, describe, expect, test } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { all, type Element, one, xmlTree } from '../support/parsers.ts';

/** The list of all feeds is compared with the specification of OPML 2.0, and with what its feeds say about themselves. */

let world: World;
let text: string;
beforeAll(async () => {
  world = await setUp();
  text = await (await world.request('/opml.xml')).text();
});

const get = (headers: Record<string, string> = {}, method = 'GET') =>
  world.request('/opml.xml', { method, headers });

/** Returns every outline below an element, at whatever depth. */
const outlines = (element: Element | undefined): Element[] =>
  all(element, 'outline').flatMap((outline) => [outline, ...outlines(outline)]);
const bodyOf = (xml: string) => one(xmlTree(xml), 'body');
const isFeed = ({ attributes }: Element) => attributes.type === 'rss';

describe('the list follows the specification', () => {
  test('the root names the version of OPML, and the head names the owner of the list', () => {
    const root = xmlTree(text);
    expect([root.name, root.attributes]).toEqual(['opml', { version: '2.0' }]);
    expect(root.children.map(({ name }) => name)).toEqual(['head', 'body']);
    const head = Object.fromEntries(
      one(root, 'head')?.children.map((child) => [child.name, child.text]) ?? [],
    );
    expect(head).toEqual({
      title: 'The Lakeside Courier',
      ownerName: 'The Lakeside Courier',
      ownerId: 'https://paper.example/',
      docs: 'http://opml.org/spec2.opml',
    });
  });

  test('every outline has a text, a feed has a type and an address, and a folder has nothing but feeds', () => {
    const found = outlines(bodyOf(text));
    expect(found.length).toBeGreaterThan(21);
    for (const { attributes, children } of found) {
      expect(attributes.text).toMatch(/\S/);
      if (attributes.xmlUrl === undefined) {
        expect(children.length).toBeGreaterThan(0);
        expect(children.every(isFeed)).toBe(true);
        continue;
      }
      expect(attributes).toMatchObject({
        type: 'rss',
        version: 'RSS',
        xmlUrl: expect.stringMatching(/^https:/),
      });
      expect(children).toEqual([]);
    }
  });

  test('another parser finds the same feeds in the list', () => {
    type Outline = { xmlUrl?: string; outlines?: Outline[] };
    const urls = (list: Outline[] = []): (string | undefined)[] =>
      list.flatMap(({ xmlUrl, outlines: within }) => [...(xmlUrl ? [xmlUrl] : []), ...urls(within)]);
    const ours = outlines(bodyOf(text)).filter(isFeed);
    expect(urls(parseOpml(text).body?.outlines as Outline[])).toEqual(
      ours.map(({ attributes }) => attributes.xmlUrl),
    );
  });
});

test('each feed has the title, description, page and language that its own document has', async () => {
  for (const { attributes } of outlines(bodyOf(text)).filter(isFeed)) {
    const answer = await world.request(new URL(attributes.xmlUrl ?? '').pathname);
    const channel = one(xmlTree(await answer.text()), 'channel');
    const said = (name: string) => one(channel, name)?.text;
    expect(attributes).toMatchObject({
      title: said('title'),
      description: said('description'),
      htmlUrl: said('link'),
    });
    expect(attributes.language).toBe(said('language'));
  }
});

test('all feeds in the settings are listed once, and the feeds of a language are in its folder', () => {
  const { languages, sections } = world.config.publication;
  const paths = (element: Element | undefined) =>
    all(element, 'outline')
      .filter(isFeed)
      .map(({ attributes }) => new URL(attributes.xmlUrl ?? '').pathname);
  const body = bodyOf(text);
  expect(paths(body)).toEqual([
    '/rss.xml',
    '/podcast.xml',
    ...sections.map(({ slug }) => `/sections/${slug}/rss.xml`),
  ]);
  const folders = all(body, 'outline').filter((outline) => !isFeed(outline));
  expect(folders.map(({ attributes }) => attributes.text)).toEqual([
    'The Lakeside Courier (English)',
    'El Heraldo del Lago (Español)',
  ]);
  for (const [index, language] of languages.entries())
    expect(paths(folders[index])).toEqual([
      `/${language}/rss.xml`,
      `/${language}/podcast.xml`,
      ...sections.map(({ slug }) => `/${language}/sections/${slug}/rss.xml`),
    ]);
});

test('the list of a publication with one language and no podcast has no folders, no podcast and no feed twice', async () => {
  const { podcast: _, ...publication } = world.config.publication;
  const one = await setUp({ config: { publication: { ...publication, languages: ['es'] } } });
  const list = bodyOf(await (await one.request('/opml.xml')).text());
  expect(all(list, 'outline').every(isFeed)).toBe(true);
  expect(all(list, 'outline')).toHaveLength(1 + publication.sections.length);
});

test('names with markup characters are listed as they were typed', async () => {
  const { publication } = world.config;
  const name = { en: `Q&A "<Post>" 'now'`, es: 'Á & B' };
  const named = await setUp({ config: { publication: { ...publication, name } } });
  const list = xmlTree(await (await named.request('/opml.xml')).text());
  expect(one(one(list, 'head'), 'title')?.text).toBe(name.en);
  expect(one(one(list, 'body'), 'outline')?.attributes.title).toBe(name.en);
});

describe('over HTTP', () => {
  test('the list is downloaded under the name of the publication, and is readable from other sites', async () => {
    const { status, headers } = await get();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/x-opml; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="feeds.opml"; filename*=UTF-8''the-lakeside-courier.opml`,
    );
    expect(headers.get('access-control-allow-origin')).toBe('*');
    // The list is cached as long as a feed is, because it changes with the stories.
    expect(headers.get('cache-control')).toBe(
      'public, max-age=300, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400',
    );
    expect(headers.get('vary')).toBe('Accept-Encoding');
  });

  test('the list is the same a year later, byte for byte', async () => {
    const etag = (await get()).headers.get('etag');
    world.pass(365 * 24 * 3600_000);
    const later = await get();
    expect([later.headers.get('etag'), await later.text()]).toEqual([etag, text]);
  });

  test.each(['identity', 'gzip', 'br'])(
    'the list in %s has an ETag of its own, which is answered 304',
    async (coding) => {
      const whole = await get({ 'accept-encoding': coding });
      expect(whole.headers.get('content-encoding')).toBe(coding === 'identity' ? null : coding);
      const bytes = Buffer.from(await whole.arrayBuffer());
      if (coding === 'gzip') expect(gunzipSync(bytes).toString()).toBe(text);
      const etag = whole.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]+"$/);
      for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const again = await get({ 'accept-encoding': coding, 'if-none-match': tag });
        expect([again.status, await again.text()]).toEqual([304, '']);
        for (const name of ['etag', 'vary', 'cache-control', 'access-control-allow-origin'])
          expect(again.headers.get(name)).toBe(whole.headers.get(name));
      }
      expect((await get({ 'if-none-match': '"x"' })).status).toBe(200);
    },
  );

  test('other settings make another ETag, and a date is ignored because the list has none', async () => {
    const { publication } = world.config;
    const other = await setUp({ config: { publication: { ...publication, sections: [] } } });
    const answer = await other.request('/opml.xml');
    expect(answer.headers.get('etag')).not.toBe((await get()).headers.get('etag'));
    expect(answer.headers.get('last-modified')).toBeNull();
    expect((await get({ 'if-modified-since': 'Sun, 22 Nov 2099 12:00:00 GMT' })).status).toBe(200);
  });

  test('HEAD has the headers of GET, OPTIONS is answered 204, other methods 405, and unknown encodings 406', async () => {
    const head = await get({}, 'HEAD');
    expect([...head.headers]).toEqual([...(await get()).headers]);
    expect(await head.text()).toBe('');
    expect((await get({}, 'OPTIONS')).status).toBe(204);
    const post = await get({}, 'POST');
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await get({ 'accept-encoding': 'identity;q=0, zstd' })).status).toBe(406);
  });
});
