import { beforeEach, describe, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';
import { readRss } from '../support/parsers.ts';

const MINUTE = 60_000;
let world: World;
beforeEach(async () => {
  world = await setUp();
});
const put = (fields: Record<string, unknown> = {}) =>
  world.edit('PUT', '/api/articles/a', anArticleInput(fields));
const patch = (fields: Record<string, unknown>) => world.edit('PATCH', '/api/articles/a', fields);
const article = async () => (await world.edit('GET', '/api/articles/a')).json();
const feed = () => world.request('/rss.xml');
const shown = async () =>
  readRss(await (await feed()).text()).map(({ title, published }) => [title, published]);
const TITLE = 'The ferry returns';
const AT_ONE = '2026-11-22T13:00:00.000Z';

/** Returns the ids of the articles that became public after `after` and up to `until`, as newsletters find them. */
async function becamePublic(after: string, until: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of world.services.articles.publicBetween(after, until)) ids.push(id);
  return ids;
}

describe('a story with a date in the future', () => {
  test('appears at its time in feeds and on its page, although no job has run', async () => {
    await put({ publishedAt: AT_ONE });
    const before = await feed();
    expect(await shown()).toEqual([]);
    expect((await world.request('/articles/a')).status).toBe(404);
    world.pass(60 * MINUTE - 1);
    expect(await shown()).toEqual([]);
    expect((await feed()).headers.get('etag')).toBe(before.headers.get('etag'));
    world.pass(1);
    world.services.feedCache.forgetWindows();
    expect(await shown()).toEqual([[TITLE, AT_ONE]]);
    const after = await feed();
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(after.headers.get('last-modified')).toBe('Sun, 22 Nov 2026 13:00:00 GMT');
    expect((await world.request('/articles/a')).status).toBe(200);
  });

  test('is sent to a feed reader whose If-Modified-Since is from before its time', async () => {
    await put({ publishedAt: AT_ONE });
    world.pass(30 * MINUTE);
    const since = (await feed()).headers.get('last-modified') ?? '';
    world.pass(31 * MINUTE);
    expect((await world.request('/rss.xml', { headers: { 'if-modified-since': since } })).status).toBe(200);
  });

  test('stays hidden when it is edited, and has the edit when it appears', async () => {
    await put({ publishedAt: AT_ONE });
    await patch({ title: 'Edited' });
    await put({ title: 'Edited twice' });
    expect(await shown()).toEqual([]);
    expect((await article()).publishedAt).toBe(AT_ONE);
    world.pass(61 * MINUTE);
    expect(await shown()).toEqual([['Edited twice', AT_ONE]]);
  });

  test('appears earlier or later when its date is moved', async () => {
    await put({ publishedAt: AT_ONE });
    await patch({ publishedAt: '2026-11-22T14:00:00Z' });
    world.pass(61 * MINUTE);
    expect(await shown()).toEqual([]);
    await patch({ publishedAt: '2026-11-22T13:00:30Z' });
    expect(await shown()).toEqual([[TITLE, '2026-11-22T13:00:30.000Z']]);
  });

  test('appears now when its date is taken away', async () => {
    await put({ publishedAt: AT_ONE });
    world.pass(MINUTE);
    await patch({ publishedAt: null });
    expect(await shown()).toEqual([[TITLE, '2026-11-22T12:01:00.000Z']]);
  });

  test('is announced once by the sweep when its time has come', async () => {
    await put({ publishedAt: AT_ONE });
    await world.queue.drain();
    const announced = async () =>
      (await world.services.articles.releasedBy(new Date(world.now()).toISOString(), 10)).length;
    await world.sweep();
    world.pass(60 * MINUTE);
    expect(await announced()).toBe(1);
    await world.sweep();
    expect([await announced(), world.queue.waiting()]).toEqual([0, 1]);
    await world.sweep();
    expect(world.queue.waiting()).toBe(1);
  });

  test('is announced at its new date if it was moved, and not at all if it was retracted', async () => {
    const due = async () =>
      (await world.services.articles.releasedBy('2099-01-01T00:00:00.000Z', 10)).map((each) => each.due);
    await put({ publishedAt: AT_ONE });
    await patch({ publishedAt: '2026-11-22T14:00:00Z' });
    expect(await due()).toEqual(['2026-11-22T14:00:00.000Z']);
    await world.edit('DELETE', '/api/articles/a');
    expect(await due()).toEqual([]);
  });
});

describe('a story moved back into the future', () => {
  test('leaves the feed, is marked as deleted in Atom, comes back at its time and is announced then', async () => {
    await put();
    world.pass(MINUTE);
    await patch({ publishedAt: AT_ONE });
    expect(await shown()).toEqual([]);
    expect(await (await world.request('/atom.xml')).text()).toContain('at:deleted-entry');
    expect((await world.request('/articles/a')).status).toBe(404);
    expect(await world.services.articles.releasedBy(AT_ONE, 10)).toEqual([{ id: 'a', due: AT_ONE }]);
    world.pass(60 * MINUTE);
    expect(await shown()).toEqual([[TITLE, AT_ONE]]);
    expect(await (await world.request('/atom.xml')).text()).not.toContain('at:deleted-entry');
  });
});

describe('dates', () => {
  test('a story without a date gets the moment of its first publication, and keeps that date', async () => {
    await put({ status: 'draft' });
    world.pass(10 * MINUTE);
    await patch({ status: 'published' });
    world.pass(10 * MINUTE);
    await put({ title: 'Edited' });
    expect(await shown()).toEqual([['Edited', '2026-11-22T12:10:00.000Z']]);
  });

  test('a draft that is read, published and put back has the date of its publication, not that of the draft', async () => {
    await put({ status: 'draft' });
    world.pass(10 * MINUTE);
    await world.edit('PUT', '/api/articles/a', { ...(await article()), status: 'published' });
    expect(await shown()).toEqual([[TITLE, '2026-11-22T12:10:00.000Z']]);
  });

  test('a date in the past is kept', async () => {
    await put({ publishedAt: '2001-09-09T01:46:40Z' });
    expect(await shown()).toEqual([[TITLE, '2001-09-09T01:46:40.000Z']]);
  });

  test('a public story whose date is taken away keeps the date that it had', async () => {
    await put({ publishedAt: '2026-11-20T00:00:00Z' });
    await patch({ publishedAt: null });
    expect((await article()).publishedAt).toBe('2026-11-20T00:00:00.000Z');
  });
});

describe('publicAt, the time at which a story first became public here,', () => {
  const NOW = '2026-11-22T12:00:00.000Z';

  test('is the present for a backdated story, the date of an embargoed story, and absent from a draft', async () => {
    await put({ publishedAt: '2001-01-01T00:00:00Z' });
    expect((await article()).publicAt).toBe(NOW);
    expect(await becamePublic('2026-11-22T11:00:00.000Z', NOW)).toEqual(['a']);
    expect(await becamePublic(NOW, '2026-11-23T00:00:00.000Z')).toEqual([]);
    const later = await world.edit(
      'PUT',
      '/api/articles/b',
      anArticleInput({ publishedAt: '2026-12-31T23:59:59Z' }),
    );
    expect((await later.json()).publicAt).toBe('2026-12-31T23:59:59.000Z');
    expect(await becamePublic(NOW, '2027-01-01T00:00:00.000Z')).toEqual(['b']);
    const draft = await world.edit('PUT', '/api/articles/c', anArticleInput({ status: 'draft' }));
    expect(await draft.json()).not.toHaveProperty('publicAt');
  });

  test('never moves once it has passed, whatever happens to the story later', async () => {
    await put();
    for (const change of [
      { title: 'x' },
      { publishedAt: '2020-01-01T00:00:00Z' },
      { status: 'draft' },
      { status: 'published' },
      { publishedAt: AT_ONE },
    ]) {
      world.pass(MINUTE);
      await patch(change);
      expect((await article()).publicAt, JSON.stringify(change)).toBe(NOW);
    }
    await world.edit('DELETE', '/api/articles/a');
    expect(await becamePublic('2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z')).toEqual([]);
    world.pass(MINUTE);
    await put();
    expect(await becamePublic('2026-01-01T00:00:00.000Z', NOW)).toEqual(['a']);
  });

  test('moves with the date as long as the embargo lasts', async () => {
    await put({ publishedAt: AT_ONE });
    await patch({ publishedAt: '2026-11-22T15:00:00Z' });
    expect((await article()).publicAt).toBe('2026-11-22T15:00:00.000Z');
    world.pass(MINUTE);
    await patch({ publishedAt: '2026-11-20T00:00:00Z' });
    expect((await article()).publicAt).toBe('2026-11-22T12:01:00.000Z');
    expect(await becamePublic('2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z')).toEqual(['a']);
  });
});
