import { describe, expect, it } from 'vitest';
import { apiRoutes, mailboxRoutes, publicRoutes } from '../../functions/app.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { sample } from './sample-path.ts';

/** Asks for every address, with every way in which a feed can be answered. */
async function answers(world: World): Promise<[string, Response][]> {
  const etag = (await world.request('/rss.xml')).headers.get('etag') ?? '';
  await postStory(world);
  const noMails = { list: async () => [], get: async () => undefined };
  const asked: [string, string, Record<string, string>?][] = [
    ...publicRoutes(world.services).map(({ method, paths: [path = ''] }) => [method, sample(path)] as const),
    ...mailboxRoutes({ ...world.services, mailbox: noMails }).map(
      ({ method, paths: [path = ''] }) => [method, sample(path)] as const,
    ),
    ...apiRoutes(world.services).map(([method, path]) => [method, sample(path)] as const),
    ['GET', '/atom.xml'],
    // The process remembers the feed now, and answers without the router.
    ['GET', '/atom.xml'],
    ['GET', '/rss.xml', { 'if-none-match': etag, 'a-im': 'feed' }],
    ['GET', '/rss.xml', { accept: 'text/html' }],
    ['GET', '/mailbox/api/emails'],
    ['POST', '/mailbox/api/emails'],
    ['GET', '/nothing'],
    ['GET', '/api/nothing'],
    ['PURGE', '/rss.xml'],
  ].map(([method, path, headers]) => [String(method), String(path), headers as Record<string, string>]);
  const all: [string, Response][] = [];
  for (const [method, path, headers] of asked)
    all.push([`${method} ${path}`, await world.request(path, { method, ...(headers && { headers }) })]);
  const tag = (await world.request('/atom.xml')).headers.get('etag') ?? '';
  all.push(['304', await world.request('/atom.xml', { headers: { 'if-none-match': tag } })]);
  return all;
}

describe('every answer', () => {
  it('says that its type must not be guessed, and that the site is to be asked over https', async () => {
    const world = await setUp();
    const all = await answers(world);
    const statuses = new Set(all.map(([, { status }]) => status));
    expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 226, 304, 401, 404, 405, 415]));
    for (const [what, { headers }] of all)
      expect(
        [what, headers.get('x-content-type-options'), headers.get('strict-transport-security')],
        what,
      ).toEqual([what, 'nosniff', 'max-age=31536000']);
  });

  it('does not ask for https if the base URL is not https', async () => {
    const world = await setUp({ config: { baseUrl: 'http://paper.example' } });
    for (const [what, { headers }] of await answers(world))
      expect(
        [what, headers.get('x-content-type-options'), headers.get('strict-transport-security')],
        what,
      ).toEqual([what, 'nosniff', null]);
  });
});
