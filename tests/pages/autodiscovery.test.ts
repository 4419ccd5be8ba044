import { beforeAll, expect, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { linkIn, sendNow, withReaders } from '../support/newsroom.ts';

/** A feed reader that is given the address of any page finds feeds there by itself (autodiscovery). */

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const MOST_PAGES = 1000;
type Visited = { path: string; status: number; html: string };

let world: World;
let pages: Visited[];
beforeAll(async () => {
  world = await withReaders();
  await sendNow(world, 'morning');
  await world.edit('DELETE', '/api/articles/transbordador');
  const digest = world.mails.find(({ key }) => key.startsWith('issue/'))?.text;
  pages = await crawl([
    '/',
    '/mailbox',
    '/rss.xml',
    '/archive/2026-11/feed.json',
    '/articles/transbordador',
    '/nothing/here',
    '/subscriptions/confirm?token=none',
    linkIn(digest, '/unsubscribe'),
    linkIn(digest, '/subscriptions/manage'),
  ]);
});

/**
 * Returns every page that links within the site lead to, from these paths on. A mail in the mailbox is left out, because it is shown
 * as it was sent and is not a page.
 */
async function crawl(paths: string[]): Promise<Visited[]> {
  const queue = new Set(paths);
  const found: Visited[] = [];
  for (const path of queue) {
    if (queue.size > MOST_PAGES) throw new Error(`more than ${MOST_PAGES} pages`);
    if (/^\/mailbox\/[^/]+\/html$/.test(path)) continue;
    const answer = await world.request(path, { headers: { accept: BROWSER } });
    if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
    const html = await answer.text();
    found.push({ path, status: answer.status, html });
    for (const [, href = ''] of html.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
      const url = new URL(href.replaceAll('&amp;', '&'), `https://paper.example${path}`);
      if (url.origin === 'https://paper.example') queue.add(url.pathname + url.search);
    }
  }
  return found;
}

it('the walk through all links finds pages of every kind', () => {
  const kinds = [
    /^\/es\/$/,
    /^\/en\/feeds$/,
    /^\/articles\/ferry$/,
    /^\/issues\/daily\/[^?]+$/,
    /^\/mailbox$/,
    /^\/unsubscribe\?token=/,
    /^\/subscriptions\/manage\?token=/,
    /^\/en\/sections\/harbour\/atom\.xml$/,
    /^\/archive\/2026-11\/feed\.json$/,
  ];
  for (const kind of kinds) expect(pages.map(({ path }) => path)).toContainEqual(expect.stringMatching(kind));
  expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200, 404, 410]));
});

it('each page names the main feed, the feed of its language and the podcast, and every feed that it names exists', async () => {
  const named = new Map<string, string>();
  for (const { path, html } of pages) {
    const head = html.slice(0, html.indexOf('</head>'));
    const links = [...head.matchAll(/<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">/g)];
    const [language] = /(?<=<html[^>]* lang=")[a-z]+/.exec(html) ?? [];
    const hrefs = links.map(([, , href]) => href);
    expect(hrefs, path).toContain(`/${language}/podcast.xml`);
    for (const folder of ['/', `/${language}/`])
      for (const file of ['rss.xml', 'atom.xml', 'feed.json']) expect(hrefs, path).toContain(folder + file);
    for (const [, type = '', href = ''] of links) named.set(href, type);
  }
  for (const [href, type] of named) {
    const answer = await world.request(href);
    // A section in the settings has a feed even before its first story.
    expect([href, answer.status]).toEqual([href, 200]);
    expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  }
});
