import { expect, it } from 'vitest';
import { VERSION } from '../support/config.ts';
import { setUp } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';

async function withStories() {
  const world = await setUp();
  await postStory(world, {
    id: 'ferry',
    title: 'The ferry returns',
    tags: ['Ferries'],
    authors: [{ name: 'Ana Ruiz' }],
  });
  await postStory(world, { id: 'mural', title: 'El mural del muelle', language: 'es', section: 'culture' });
  const page = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await world.request(path, { headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  return { world, page };
}

it('the front page is in the language that the browser asks for, with stories in it, and tells caches so', async () => {
  const { page } = await withStories();
  const spanish = await page('/', { 'accept-language': 'es-MX,es;q=0.9,en;q=0.5' });
  expect(spanish.text).toContain('<html lang="es"');
  expect(spanish.text).toContain('El mural del muelle');
  expect(spanish.text).not.toContain('The ferry returns');
  expect(spanish.headers.get('vary')).toBe('Accept-Language');
  expect(spanish.headers.get('cache-control')).toContain('public');
  expect(spanish.headers.get('set-cookie')).toBeNull();
  expect((await page('/', { 'accept-language': 'fr' })).text).toContain('<html lang="en"');
});

it('a language in the path has precedence over the browser on every page, and the links of the page keep it', async () => {
  const { page } = await withStories();
  for (const path of ['/es/', '/es/feeds', '/es/subscribe', '/es/issues']) {
    const { status, text } = await page(path, { 'accept-language': 'en' });
    expect([path, status]).toEqual([path, 200]);
    expect(text).toContain('<html lang="es"');
    expect(text).toContain('href="/es/feeds"');
  }
  expect((await page('/fr/')).status).toBe(404);
});

it.each([
  ['es', '/es/nothing', 'en'],
  ['es', '/es/articles/none', 'en'],
  ['es', '/es/sections/none/rss.xml', 'en'],
  ['es', '/es/issues/', 'en'],
  ['en', '/en/nothing', 'es'],
  ['es', '/nothing', 'es'],
  ['en', '/espresso/nothing', 'en'],
  ['en', '/fr/nothing', 'fr'],
])('the 404 page is in %s at %s for a browser that asks for %s', async (language, path, asked) => {
  const { page } = await withStories();
  const { status, text } = await page(path, { 'accept-language': asked, accept: 'text/html' });
  expect(status).toBe(404);
  expect(text).toContain(`<html lang="${language}"`);
  expect(text).toContain(`href="/${language}/feeds"`);
});

it('the page for a method that is not allowed is in the language of its address', async () => {
  const { world } = await withStories();
  const answer = await world.request('/es/feeds', { method: 'POST', headers: { 'accept-language': 'en' } });
  expect([answer.status, await answer.text()]).toEqual([405, expect.stringContaining('<html lang="es"')]);
});

it('pages load nothing from elsewhere, and run no script except our own where there are feeds to copy', async () => {
  const { page } = await withStories();
  for (const path of ['/', '/articles/ferry', '/subscribe', '/issues', '/mailbox', '/nothing']) {
    const { headers, text } = await page(path);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(headers.get('content-security-policy')).not.toContain('script-src');
    expect(text).not.toContain('<script');
  }
  for (const [path, accept] of [
    ['/feeds', '*/*'],
    ['/rss.xml', 'text/html'],
  ]) {
    const { headers, text } = await page(path ?? '', { accept: accept ?? '' });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*; script-src 'self'$/);
    expect(text.match(/<script[^>]*>/g)).toEqual(['<script src="/feeds.js" defer>']);
  }
  const script = (await page('/feeds.js')).headers;
  expect(script.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.get('cache-control')).toMatch(/^public, max-age=86400/);
  expect((await page('/style.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
});

it('/articles/{id} shows a story, is answered 404 for an embargoed story or a draft, and 410 for a retracted story', async () => {
  const { world, page } = await withStories();
  await postStory(world, { id: 'later', publishedAt: '2026-11-23T00:00:00Z' });
  await postStory(world, { id: 'draft', status: 'draft' });
  await world.edit('DELETE', '/api/articles/mural');
  expect((await page('/articles/ferry')).text).toContain('<h1');
  expect((await page('/articles/later')).status).toBe(404);
  expect((await page('/articles/draft')).status).toBe(404);
  expect((await page('/articles/mural')).status).toBe(410);
  expect((await page('/articles/none')).status).toBe(404);
  world.pass(24 * 3600_000);
  expect((await page('/articles/later')).status).toBe(200);
});

it('a story that was retracted before anybody could see it is answered like a story that never existed', async () => {
  const { world, page } = await withStories();
  await postStory(world, { id: 'later', publishedAt: '2026-11-23T00:00:00Z' });
  await postStory(world, { id: 'draft', status: 'draft' });
  await postStory(world, { id: 'unpublished' });
  await world.edit('PATCH', '/api/articles/unpublished', { status: 'draft' });
  for (const id of ['later', 'draft', 'unpublished'])
    expect((await world.edit('DELETE', `/api/articles/${id}`)).status).toBe(204);
  const none = await page('/articles/none');
  for (const id of ['later', 'draft'])
    expect(await page(`/articles/${id}`)).toMatchObject({ status: 404, text: none.text });
  expect((await page('/articles/unpublished')).status).toBe(410);
  // This is the day on which the embargoed story would have been published.
  world.pass(24 * 3600_000);
  expect((await page('/articles/later')).status).toBe(404);
  expect((await page('/atom.xml')).text).not.toContain('later');
});

it.each([
  ['OPTIONS', '/', 'GET, HEAD'],
  ['POST', '/es/feeds', 'GET, HEAD'],
  ['PUT', '/articles/ferry', 'GET, HEAD'],
  ['DELETE', '/issues/daily/none', 'GET, HEAD'],
  ['POST', '/healthz', 'GET, HEAD'],
  ['PURGE', '/style.css', 'GET, HEAD'],
  ['GET', '/subscriptions', 'POST'],
  ['HEAD', '/subscriptions', 'POST'],
  ['PUT', '/unsubscribe', 'GET, HEAD, POST'],
  ['POST', '/mailbox', 'GET, HEAD'],
])('%s %s is answered 405 with the allowed methods', async (method, path, allow) => {
  const { world } = await withStories();
  const answer = await world.request(path, { method });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await world.request('/nothing', { method })).status).toBe(404);
});

it('an address that is too long for a key of the table is answered 404, not 500', async () => {
  const { world, page } = await withStories();
  const long = 'x'.repeat(3000);
  for (const path of [
    `/issues/${long}/y`,
    `/issues/daily/${long}`,
    `/articles/${long}`,
    `/mailbox/${long}`,
    `/mailbox/${long}/html`,
    `/tags/${long}/rss.xml`,
  ])
    expect((await page(path)).status, path.slice(0, 30)).toBe(404);
  expect((await world.edit('GET', `/api/issues/${long}`)).status).toBe(404);
  expect((await world.edit('GET', `/api/articles/${long}`)).status).toBe(404);
});

it('an unknown address is answered with a page that says so', async () => {
  const { page } = await withStories();
  for (const path of ['/nothing', '/en/nothing', '/issues/daily/none', '/mailbox/none'])
    expect((await page(path)).status).toBe(404);
});

it('GET /healthz says that the process serves requests, and names its version', async () => {
  const { page } = await withStories();
  expect(await page('/healthz')).toMatchObject({ status: 200, text: `ok ${VERSION}\n` });
});
