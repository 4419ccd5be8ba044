import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';
import { readRss } from '../support/parsers.ts';

const br = (world: World, path = '/rss.xml') => world.request(path, { headers: { 'accept-encoding': 'br' } });
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer()).toString('base64');

/** Counts the renderings from now on. It counts how often articles are read, because only rendering reads them. */
function countRenderings({ services }: World): { count: number } {
  const renderings = { count: 0 };
  const { getMany } = services.articles;
  services.articles.getMany = (ids, options) => {
    if (ids.length > 0) renderings.count += 1;
    return getMany(ids, options);
  };
  return renderings;
}

describe('documents are rendered once and stored', () => {
  test('a second process serves the same bytes without rendering', async () => {
    const first = await setUp();
    await first.edit('POST', '/api/articles', anArticleInput());
    const bytes = await bytesOf(await br(first));
    const second = await setUp({ sharing: first });
    const renderings = countRenderings(second);
    expect(await bytesOf(await br(second))).toBe(bytes);
    expect(renderings.count).toBe(0);
    const plain = await (await first.request('/rss.xml')).text();
    expect(await (await second.request('/rss.xml')).text()).toBe(plain);
    expect(renderings.count).toBe(0);
  });

  test('a process renders an unchanged feed once, and renders nothing for a 304', async () => {
    const world = await setUp();
    await world.edit('POST', '/api/articles', anArticleInput());
    const renderings = countRenderings(world);
    const etag = (await br(world)).headers.get('etag') ?? '';
    for (let minute = 0; minute < 5; minute++) {
      world.pass(60_000);
      await br(world);
      await world.request('/rss.xml', { headers: { 'if-none-match': etag } });
    }
    expect(renderings.count).toBe(1);
  });

  test('a hundred simultaneous requests share one rendering', async () => {
    const world = await setUp();
    await world.edit('POST', '/api/articles', anArticleInput());
    const renderings = countRenderings(world);
    const answers = await Promise.all(Array.from({ length: 100 }, () => br(world)));
    expect(new Set(await Promise.all(answers.map(bytesOf))).size).toBe(1);
    expect(renderings.count).toBe(1);
  });

  test('other settings make other documents, with other ETags', async () => {
    const first = await setUp();
    await first.edit('POST', '/api/articles', anArticleInput());
    const second = await setUp({ sharing: first, config: { baseUrl: 'https://other.example' } });
    const [one, other] = [await first.request('/rss.xml'), await second.request('/rss.xml')];
    expect(other.headers.get('etag')).not.toBe(one.headers.get('etag'));
    expect(await other.text()).toContain('https://other.example/rss.xml');
  });

  test('a document that cannot be stored is served all the same, and the log says so', async () => {
    const world = await setUp();
    await world.edit('POST', '/api/articles', anArticleInput());
    world.services.feeds.putDocument = async () => {
      throw new Error('throttled');
    };
    expect((await br(world)).status).toBe(200);
    expect(world.log.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  test('a document that is too large for an item of the table is served all the same', async () => {
    const first = await setUp();
    for (const id of ['a', 'b', 'c']) {
      const html = `<p>${randomBytes(150_000).toString('base64')}</p>`;
      expect(
        (await first.edit('PUT', `/api/articles/${id}`, anArticleInput({ content: { html } }))).status,
      ).toBe(201);
    }
    const second = await setUp({ sharing: first });
    expect(await bytesOf(await br(second))).toBe(await bytesOf(await br(first)));
    expect(readRss(await (await second.request('/rss.xml')).text())).toHaveLength(3);
  });
});

describe('what a process remembers of a feed', () => {
  test('a write of the process itself is in its next answer, and a write of another process is there after a second', async () => {
    const first = await setUp();
    const second = await setUp({ sharing: first });
    const title = async (world: World) => readRss(await (await world.request('/rss.xml')).text())[0]?.title;
    await first.edit('PUT', '/api/articles/a', anArticleInput({ title: 'One' }));
    expect(await title(second)).toBe('One');
    await first.edit('PUT', '/api/articles/a', anArticleInput({ title: 'Two' }));
    expect(await title(first)).toBe('Two');
    second.pass(999);
    expect(await title(second)).toBe('One');
    second.pass(1);
    expect(await title(second)).toBe('Two');
  });

  test('simultaneous requests share one read of the pointers, and a failed read is not remembered', async () => {
    const world = await setUp();
    await world.edit('POST', '/api/articles', anArticleInput());
    const { newest } = world.services.feeds;
    let reads = 0;
    world.services.feeds.newest = async () => {
      reads += 1;
      throw new Error('the table does not answer');
    };
    await Promise.all(Array.from({ length: 10 }, () => world.request('/rss.xml')));
    expect(reads).toBe(1);
    world.services.feeds.newest = newest;
    expect((await world.request('/rss.xml')).status).toBe(200);
  });
});

describe('an edit while a feed is rendered', () => {
  test('gives the document from before or after the edit under the right ETag, and never a mixture', async () => {
    const first = await setUp();
    for (const id of ['a', 'b'])
      await first.edit('PUT', `/api/articles/${id}`, anArticleInput({ title: `Old ${id}` }));
    const second = await setUp({ sharing: first });
    const { getMany } = first.services.articles;
    let edits = 0;
    first.services.articles.getMany = async (ids, options) => {
      if (edits++ === 0) await second.edit('PATCH', '/api/articles/a', { title: 'New a' });
      return getMany(ids, options);
    };
    const answer = await first.request('/rss.xml');
    const after = await second.request('/rss.xml');
    expect(answer.headers.get('etag')).toBe(after.headers.get('etag'));
    expect(await answer.text()).toBe(await after.text());
    expect(readRss(await (await first.request('/rss.xml')).text()).map(({ title }) => title)).toContain(
      'New a',
    );
  });

  test('that repeats each time the feed is read makes the feed answer 503 with Retry-After', async () => {
    const first = await setUp();
    await first.edit('PUT', '/api/articles/a', anArticleInput());
    const second = await setUp({ sharing: first });
    const { getMany } = first.services.articles;
    let edits = 0;
    first.services.articles.getMany = async (ids, options) => {
      await second.edit('PATCH', '/api/articles/a', { title: `Edit ${++edits}` });
      return getMany(ids, options);
    };
    const answer = await first.request('/rss.xml');
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

test('a document has at most two million bytes, and the oldest stories are left out', async () => {
  const world = await setUp();
  const html = `<p>${'All the news that fits. '.repeat(12_000)}</p>`;
  for (let n = 14; n < 22; n++) {
    await world.edit(
      'POST',
      '/api/articles',
      anArticleInput({ id: `s${n}`, content: { html }, publishedAt: `2026-11-22T00:${n}:00Z` }),
    );
  }
  for (const file of ['rss.xml', 'atom.xml', 'feed.json']) {
    const text = await (await world.request(`/${file}`)).text();
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_000_000);
    const shown = [...text.matchAll(/articles\/(s\d\d)(?=["<])/g)].map(([, id]) => id);
    expect([...new Set(shown)]).toEqual(['s21', 's20', 's19', 's18', 's17', 's16']);
  }
});

test('articles for which the document has no room are not read from the table', async () => {
  const world = await setUp();
  const html = `<p>${'All the news that fits. '.repeat(40_000)}</p>`;
  for (let n = 18; n < 22; n++) {
    const publishedAt = `2026-11-22T00:${n}:00Z`;
    await world.edit(
      'POST',
      '/api/articles',
      anArticleInput({ id: `s${n}`, content: { html }, publishedAt }),
    );
  }
  const asked: string[] = [];
  const { getMany } = world.services.articles;
  world.services.articles.getMany = (ids, options) => {
    asked.push(...ids);
    return getMany(ids, options);
  };
  expect(readRss(await (await world.request('/rss.xml')).text()).map(({ id }) => id?.slice(-3))).toEqual([
    's21',
    's20',
  ]);
  expect(asked).toEqual(['s21', 's20']);
});

test('no entry has a later update time than its feed', async () => {
  const world = await setUp();
  world.pass(271);
  await world.edit('POST', '/api/articles', anArticleInput());
  const [feed, entry] = [...(await (await world.request('/atom.xml')).text()).matchAll(/<updated>([^<]*)/g)];
  expect(feed?.[1]).toBe('2026-11-22T12:00:00.271Z');
  expect(entry?.[1]).toBe(feed?.[1]);
});
