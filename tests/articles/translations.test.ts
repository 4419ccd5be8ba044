import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OutboxEvent } from '../../functions/shared/outbox.ts';
import { anArticleInput } from '../support/builders.ts';
import { atomFaults, rssFaults } from '../support/feed-rules.ts';
import { setUp, type World } from '../support/installation.ts';
import { readAtom, readJson, readRss } from '../support/parsers.ts';

let world: World;
async function fresh(): Promise<void> {
  world = await setUp();
}
const MINUTE = 60_000;
const put = (id: string, language: string, fields: Record<string, unknown> = {}) =>
  world.edit('PUT', `/api/articles/${id}`, anArticleInput({ language, ...fields }));
const read = async (id: string) => (await world.edit('GET', `/api/articles/${id}`)).json();
const linked = async (id: string): Promise<string[]> =>
  ((await read(id)).translations ?? []).map(
    (each: { id: string; language: string }) => `${each.language} ${each.id}`,
  );

/** Lets the worker do all its work. Then a minute passes, so that the feeds read their articles again. */
async function settle(): Promise<void> {
  await world.queue.drain();
  world.pass(MINUTE);
}

async function group(): Promise<void> {
  await put('ferry', 'en', { url: 'https://paper.example/en/ferry?a=1&b=2' });
  await put('barco', 'es', { translationOf: 'ferry' });
  await put('navire', 'fr', { translationOf: 'ferry' });
  await settle();
}

describe('the versions of a story in three languages', () => {
  beforeAll(async () => {
    world = await setUp();
    await group();
  });

  test('name each other, in the order of their languages', async () => {
    expect(await linked('ferry')).toEqual(['es barco', 'fr navire']);
    expect(await linked('barco')).toEqual(['en ferry', 'fr navire']);
    expect(await linked('navire')).toEqual(['en ferry', 'es barco']);
  });

  test('link to each other in every format, at the address where each is read', async () => {
    const expected = [
      { language: 'en', url: 'https://paper.example/en/ferry?a=1&b=2' },
      { language: 'fr', url: 'https://paper.example/articles/navire' },
    ];
    const get = async (file: string) => (await world.request(`/es/${file}`)).text();
    const [rss, atom] = [await get('rss.xml'), await get('atom.xml')];
    for (const [entry] of [readRss(rss), readAtom(atom), readJson(await get('feed.json'))]) {
      expect(entry?.translations).toEqual(expected);
      expect(entry?.link).toBe('https://paper.example/articles/barco');
    }
    expect([...rssFaults(rss), ...atomFaults(atom)]).toEqual([]);
  });

  test('are opened themselves by feed readers that take the first or the last alternate', async () => {
    const atom = await (await world.request('/es/atom.xml')).text();
    const entry = atom.slice(atom.indexOf('<entry'));
    const alternates = [...entry.matchAll(/<link (?:rel="alternate" )?href="([^"]*)"/g)].map(
      ([, href]) => href,
    );
    expect([alternates[0], alternates.at(-1)]).toEqual(Array(2).fill('https://paper.example/articles/barco'));
    const rss = await (await world.request('/es/rss.xml')).text();
    expect(rss.indexOf('<link>https://paper.example/articles/barco')).toBeGreaterThan(
      rss.lastIndexOf('rel="alternate"'),
    );
  });

  test('show the links on their pages', async () => {
    expect(await (await world.request('/articles/ferry')).text()).toMatch(
      /href="[^"]*\/articles\/barco"[^>]*hreflang="es"/,
    );
  });
});

describe('articles that are translations of each other', () => {
  beforeEach(fresh);

  test('change the validators of the feeds that they are in', async () => {
    await put('ferry', 'en');
    await settle();
    const before = await world.request('/en/rss.xml');
    await put('barco', 'es', { translationOf: 'ferry' });
    await settle();
    const after = await world.request('/en/rss.xml');
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(Date.parse(after.headers.get('last-modified') ?? '')).toBeGreaterThan(
      Date.parse(before.headers.get('last-modified') ?? ''),
    );
    expect((await world.edit('GET', '/api/articles/ferry')).headers.get('etag')).toBe('"2"');
  });

  test('are linked when the original comes after its translation', async () => {
    await put('barco', 'es', { translationOf: 'ferry' });
    await put('navire', 'fr', { translationOf: 'ferry' });
    await settle();
    expect(await linked('barco')).toEqual(['fr navire']);
    await put('ferry', 'en');
    await settle();
    expect(await linked('barco')).toEqual(['en ferry', 'fr navire']);
  });

  test('are one group, also if one is the translation of a translation or if they form a circle', async () => {
    await put('ferry', 'en', { translationOf: 'navire' });
    await put('barco', 'es', { translationOf: 'ferry' });
    await put('navire', 'fr', { translationOf: 'barco' });
    await settle();
    expect(await linked('navire')).toEqual(['en ferry', 'es barco']);
  });

  test('name only one of two in the same language, because an entry has one alternate for each language', async () => {
    await group();
    await put('barco-2', 'es', { translationOf: 'ferry' });
    await settle();
    expect(await linked('ferry')).toEqual(['es barco', 'fr navire']);
    expect(await linked('barco-2')).toEqual(['en ferry', 'fr navire']);
  });

  test('cannot be one and the same article', async () => {
    const answers = [
      await put('a', 'en', { translationOf: 'a' }),
      await world.edit('POST', '/api/articles', anArticleInput({ id: 'a', translationOf: 'a' })),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(422);
      expect((await answer.json()).errors[0].pointer).toBe('/translationOf');
    }
  });
});

describe('a translation is named only while readers can see it', () => {
  beforeEach(fresh);

  test('a draft is not named until it is published', async () => {
    await put('ferry', 'en');
    await put('barco', 'es', { translationOf: 'ferry', status: 'draft' });
    await settle();
    expect(await linked('ferry')).toEqual([]);
    await world.edit('PATCH', '/api/articles/barco', { status: 'published' });
    await settle();
    expect([await linked('ferry'), await linked('barco')]).toEqual([['es barco'], ['en ferry']]);
  });

  test('a story under embargo is not named until the first sweep after its time', async () => {
    await put('ferry', 'en');
    await put('barco', 'es', { translationOf: 'ferry', publishedAt: '2026-11-22T12:30:00Z' });
    await settle();
    expect(await linked('ferry')).toEqual([]);
    world.pass(30 * MINUTE);
    await world.sweep();
    await settle();
    expect(await linked('ferry')).toEqual(['es barco']);
  });

  test('a retracted translation or original is not named, and is named again when it comes back', async () => {
    await group();
    await world.edit('DELETE', '/api/articles/ferry');
    await settle();
    expect([await linked('barco'), await linked('navire')]).toEqual([['fr navire'], ['es barco']]);
    await world.edit('DELETE', '/api/articles/navire');
    await settle();
    expect(await linked('barco')).toEqual([]);
    await put('ferry', 'en');
    await settle();
    expect([await linked('barco'), await linked('ferry')]).toEqual([['en ferry'], ['es barco']]);
  });
});

describe('a change of a translation', () => {
  beforeEach(fresh);

  test('of its text keeps the links, and the same content again is no change', async () => {
    await group();
    const { version } = await read('barco');
    await put('barco', 'es', { translationOf: 'ferry' });
    await settle();
    expect((await read('barco')).version).toBe(version);
    await world.edit('PATCH', '/api/articles/barco', { title: 'Vuelve' });
    expect(await linked('barco')).toEqual(['en ferry', 'fr navire']);
  });

  test('of its language or address is taken over by the other translations', async () => {
    await group();
    await world.edit('PATCH', '/api/articles/barco', {
      language: 'pt',
      url: 'https://paper.example/pt/barco',
    });
    await settle();
    expect((await read('ferry')).translations).toEqual([
      { id: 'navire', language: 'fr' },
      { id: 'barco', language: 'pt', url: 'https://paper.example/pt/barco' },
    ]);
  });

  test('of its group breaks the links to the old group and makes links to the new one', async () => {
    await group();
    await put('quay', 'en');
    await world.edit('PATCH', '/api/articles/barco', { translationOf: 'quay' });
    await settle();
    expect([await linked('ferry'), await linked('navire')]).toEqual([['fr navire'], ['en ferry']]);
    expect([await linked('barco'), await linked('quay')]).toEqual([['en quay'], ['es barco']]);
    await world.edit('PATCH', '/api/articles/barco', { translationOf: null });
    await settle();
    expect([await linked('barco'), await linked('quay')]).toEqual([[], []]);
  });
});

describe('when the queue repeats, reorders or loses messages', () => {
  beforeEach(fresh);

  test('events that come twice and in reverse order have the same result', async () => {
    world = await setUp({ faults: { repeat: () => 2, shuffle: (messages) => messages.toReversed() } });
    await group();
    await world.edit('DELETE', '/api/articles/navire');
    await put('barco', 'es', { translationOf: 'ferry', title: 'Otra' });
    await settle();
    expect([await linked('ferry'), await linked('barco')]).toEqual([['es barco'], ['en ferry']]);
  });

  test('the sweep finds the events that were lost', async () => {
    let losing = true;
    world = await setUp({ faults: { lose: () => losing } });
    await group();
    expect(await linked('ferry')).toEqual([]);
    losing = false;
    await world.sweep();
    await settle();
    expect(await linked('ferry')).toEqual(['es barco', 'fr navire']);
  });

  test('nothing is written if there is nothing to change', async () => {
    await group();
    const versions = async () =>
      Promise.all(['ferry', 'barco', 'navire'].map(async (id) => (await read(id)).version));
    const before = await versions();
    const outbox: { id: string; event: OutboxEvent }[] = await world.services.outbox.leftBefore('2099', 10);
    expect([outbox, world.queue.waiting()]).toEqual([[], 0]);
    for (const id of ['ferry', 'barco'])
      await put(id, id === 'ferry' ? 'en' : 'es', {
        url: id === 'ferry' ? 'https://paper.example/en/ferry?a=1&b=2' : undefined,
        ...(id === 'barco' && { translationOf: 'ferry' }),
      });
    await world.sweep();
    await settle();
    expect(await versions()).toEqual(before);
  });

  test('a worker that is cut off in the middle finishes when the event comes again', async () => {
    await group();
    await world.edit('PATCH', '/api/articles/barco', { translationOf: null });
    const { write } = world.services.articles;
    let writes = 0;
    world.services.articles.write = async (change) => {
      writes += 1;
      if (writes === 2) throw new Error('cut off');
      return write(change);
    };
    await world.queue.drain();
    for (let round = 0; round < 3; round++) await settle();
    expect([await linked('ferry'), await linked('navire'), await linked('barco')]).toEqual([
      ['fr navire'],
      ['en ferry'],
      [],
    ]);
  });
});
