import { beforeEach, describe, expect, test } from 'vitest';
import { aFullArticleInput, anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

let world: World;
let edit: World['edit'];
beforeEach(async () => {
  world = await setUp();
  edit = world.edit;
});
const json = async (answer: Response | Promise<Response>) => (await answer).json();
const get = (id: string) => edit('GET', `/api/articles/${id}`);
const feeds = () =>
  Promise.all(
    ['rss.xml', 'atom.xml', 'feed.json'].map(async (file) => (await world.request(`/${file}`)).text()),
  );

describe('POST /api/articles', () => {
  test('stores a new article and says where it is', async () => {
    const answer = await edit('POST', '/api/articles', aFullArticleInput({ id: 'ferry' }));
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('https://paper.example/api/articles/ferry');
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const article = await answer.json();
    expect(article).toMatchObject({
      ...aFullArticleInput({ id: 'ferry', content: expect.anything() }),
      guid: 'tag:lakesidecourier.example,2024-05:articles/ferry',
      version: 1,
      publishedAt: '2026-11-22T12:00:00.000Z',
    });
    const read = await get('ferry');
    expect(await read.json()).toEqual(article);
    expect(read.headers.get('etag')).toBe('"1"');
  });

  test('makes an id if none is given', async () => {
    const [one, two] = [
      await json(edit('POST', '/api/articles', anArticleInput())),
      await json(edit('POST', '/api/articles', anArticleInput())),
    ];
    expect(one.id).toMatch(/^[\w-]+$/);
    expect(two.id).not.toBe(one.id);
    expect((await get(one.id)).status).toBe(200);
  });

  test('refuses an id that exists with 409, also after a retraction, and changes nothing', async () => {
    await edit('POST', '/api/articles', anArticleInput({ id: 'a', title: 'First' }));
    expect((await edit('POST', '/api/articles', anArticleInput({ id: 'a', title: 'Second' }))).status).toBe(
      409,
    );
    expect((await json(get('a'))).title).toBe('First');
    await edit('DELETE', '/api/articles/a');
    const refused = await edit('POST', '/api/articles', anArticleInput({ id: 'a' }));
    expect(refused.status).toBe(409);
    expect((await refused.json()).detail).toMatch(/retracted.*PUT/);
    expect((await get('a')).status).toBe(404);
  });

  test('stores one of twenty articles that are posted at once with the same id', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        edit('POST', '/api/articles', anArticleInput({ id: 'a', title: `T${n}` })),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  test('stores an address as a URI, with only the characters that a URI may have', async () => {
    const url = 'https://a.example/a|b?q=[1]^{2}&p=100%#one#two#';
    expect((await json(edit('POST', '/api/articles', anArticleInput({ url })))).url).toBe(
      'https://a.example/a%7Cb?q=%5B1%5D%5E%7B2%7D&p=100%25#one%23two%23',
    );
  });

  test('turns Markdown into HTML', async () => {
    const markdown =
      '# Big\n\nThe *ferry* sails\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet a = 1 < 2;\n```\n\n<script>x</script>';
    const { content } = await json(edit('POST', '/api/articles', anArticleInput({ content: { markdown } })));
    expect(content.html).toContain('<h2>Big</h2>');
    expect(content.html).toContain('<em>ferry</em>');
    expect(content.html).toContain('<td>2</td>');
    expect(content.html).toContain('<code class="language-js">let a = 1 &lt; 2;');
    expect(content.html).not.toContain('script');
  });

  test('takes null as absent, for an optional field and for its members', async () => {
    const nulls = {
      summary: null,
      image: null,
      audio: null,
      url: null,
      tags: null,
      authors: [{ name: 'Ana', url: null }],
      publishedAt: null,
      id: null,
    };
    const article = await json(edit('POST', '/api/articles', anArticleInput(nulls)));
    expect(article).toMatchObject({ tags: [], authors: [{ name: 'Ana' }] });
    for (const name of ['summary', 'image', 'audio', 'url']) expect(article).not.toHaveProperty(name);
  });
});

describe('PUT /api/articles/{id}', () => {
  test('makes the article, then replaces it, and each time gives it the next version', async () => {
    const created = await edit('PUT', '/api/articles/a', anArticleInput({ summary: 'Dek' }));
    expect([created.status, created.headers.get('etag')]).toEqual([201, '"1"']);
    const updated = await edit('PUT', '/api/articles/a', anArticleInput({ title: 'Two' }));
    expect([updated.status, updated.headers.get('etag')]).toEqual([200, '"2"']);
    const article = await json(get('a'));
    expect(article).toMatchObject({ title: 'Two', version: 2 });
    expect(article).not.toHaveProperty('summary');
  });

  test('changes neither the version nor a byte of a feed if the content is the same', async () => {
    await edit('PUT', '/api/articles/a', aFullArticleInput());
    const before = await feeds();
    world.pass(60_000);
    const again = await edit('PUT', '/api/articles/a', aFullArticleInput());
    expect([again.status, again.headers.get('etag')]).toEqual([200, '"1"']);
    expect(await feeds()).toEqual(before);
  });

  test('changes nothing if it gets what GET has answered', async () => {
    for (const [id, fields] of Object.entries({
      a: aFullArticleInput(),
      b: aFullArticleInput({ publishedAt: '2026-11-20T00:00:00Z' }),
    })) {
      await edit('PUT', `/api/articles/${id}`, fields);
      world.pass(60_000);
      const answer = await edit('PUT', `/api/articles/${id}`, await json(get(id)));
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"']);
    }
  });

  test('refuses a body with another id', async () => {
    const answer = await edit('PUT', '/api/articles/a', anArticleInput({ id: 'b' }));
    expect(answer.status).toBe(422);
    expect((await answer.json()).errors).toEqual([
      { pointer: '/id', detail: expect.stringContaining('"a"') },
    ]);
  });

  test('brings a retracted article back with its content, and goes on counting its versions', async () => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    await edit('DELETE', '/api/articles/a');
    const back = await edit('PUT', '/api/articles/a', anArticleInput({ title: 'Back' }));
    expect([back.status, back.headers.get('etag')]).toEqual([200, '"3"']);
    expect((await json(get('a'))).retractedAt).toBeUndefined();
  });

  test('loses none of twenty requests at once, and the versions count each change', async () => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        edit('PUT', '/api/articles/a', anArticleInput({ title: `T${n}` })),
      ),
    );
    const accepted = answers.filter(({ status }) => status === 200);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect((await json(get('a'))).version).toBe(1 + accepted.length);
    expect(new Set(accepted.map(({ headers }) => headers.get('etag'))).size).toBe(accepted.length);
  });
});

describe('PATCH /api/articles/{id}', () => {
  const patch = (body: unknown, type = 'application/merge-patch+json') =>
    edit('PATCH', '/api/articles/a', body, { 'content-type': type });
  beforeEach(async () => {
    await edit('PUT', '/api/articles/a', aFullArticleInput());
  });

  test('changes the fields that it names and keeps the rest, and null removes a field', async () => {
    const before = await json(get('a'));
    const answer = await patch({
      title: 'Two',
      summary: null,
      image: { credit: null, caption: 'New' },
      tags: ['One'],
    });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"2"']);
    const { summary, ...kept } = before;
    const { credit, ...image } = before.image;
    expect(await json(get('a'))).toEqual({
      ...kept,
      title: 'Two',
      image: { ...image, caption: 'New' },
      tags: ['One'],
      version: 2,
    });
  });

  test('lets Markdown replace HTML, and HTML replace Markdown', async () => {
    await patch({ content: { markdown: 'It *sails*.' } });
    expect((await json(get('a'))).content).toEqual({ html: '<p>It <em>sails</em>.</p>' });
    await patch({ content: { html: '<p>Again</p>' } });
    expect((await json(get('a'))).content).toEqual({ html: '<p>Again</p>' });
    expect((await patch({ content: { html: '<p>a</p>', markdown: 'b' } })).status).toBe(422);
  });

  test.each([
    ['an empty patch', {}],
    [
      'a patch with the values that the article has',
      { title: 'The ferry returns', image: { alt: 'The ferry at the quay' } },
    ],
    [
      'a patch of fields that only the server sets',
      { version: 99, guid: 'x', updatedAt: 'x', publicAt: null },
    ],
  ])('%s changes nothing', async (_, body) => {
    const answer = await patch(body);
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"']);
  });

  test.each([
    ['the removal of a required field', { title: null }, '/title'],
    ['another id', { id: 'b' }, '/id'],
    ['an unknown field', { headline: 'x' }, '/headline'],
    ['__proto__', JSON.parse('{"__proto__": {"title": "polluted"}}'), undefined],
    ['constructor', { constructor: { prototype: { x: 1 } } }, '/constructor'],
  ])('%s is refused or has no effect', async (_, body, pointer) => {
    const answer = await patch(JSON.stringify(body));
    expect(answer.status).toBe(pointer ? 422 : 200);
    if (pointer) expect((await answer.json()).errors[0].pointer).toBe(pointer);
    expect(await json(get('a'))).toMatchObject({ title: 'The ferry returns', version: 1 });
    expect(({} as Record<string, unknown>).title).toBeUndefined();
  });

  test.each([[[]], ['text'], [5], [null]])('%j is refused as a patch of an article', async (body) => {
    expect((await patch(JSON.stringify(body))).status).toBe(422);
  });

  test('does not find an unknown or a retracted article', async () => {
    expect((await edit('PATCH', '/api/articles/none', { title: 'x' })).status).toBe(404);
    await edit('DELETE', '/api/articles/a');
    expect((await patch({ title: 'x' })).status).toBe(404);
  });
});

describe('DELETE /api/articles/{id}', () => {
  test('answers 204, then again 204, and 404 for an unknown id', async () => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    for (const _ of [1, 2]) expect((await edit('DELETE', '/api/articles/a')).status).toBe(204);
    expect((await edit('DELETE', '/api/articles/none')).status).toBe(404);
    const gone = await get('a');
    expect(gone.status).toBe(404);
    expect((await gone.json()).detail).toContain('retracted at 2026-11-22T12:00:00.000Z');
  });
});

describe('GET /api/articles', () => {
  test('lists every article in pages, drafts and tombstones too, from the newest to the oldest', async () => {
    for (let n = 1; n <= 7; n++) {
      world.pass(1000);
      await edit('PUT', `/api/articles/n${n}`, anArticleInput({ status: n === 3 ? 'draft' : 'published' }));
    }
    await edit('DELETE', '/api/articles/n5');
    const seen: string[] = [];
    let next = '';
    do {
      const page = await json(edit('GET', `/api/articles?limit=3${next && `&cursor=${next}`}`));
      seen.push(...page.articles.map(({ id }: { id: string }) => id));
      next = page.next ?? '';
    } while (next);
    expect(seen).toEqual(['n7', 'n6', 'n5', 'n4', 'n3', 'n2', 'n1']);
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1.5',
    'cursor=zzz',
    `cursor=${'A'.repeat(3000)}`,
    'cursor=%00',
  ])('?%.30s is refused with 400', async (query) =>
    expect((await edit('GET', `/api/articles?${query}`)).status).toBe(400),
  );
});

test.each(['x'.repeat(5000), '%F0%9F%98%80'.repeat(600), '%E0%A4%A', '%00', '-', 'a%2Fb', 'import'])(
  'the address of an article with the impossible id %.20s is not found',
  async (id) => {
    expect((await get(id)).status).toBe(404);
    expect((await edit('PUT', `/api/articles/${id}`, anArticleInput())).status).toBe(404);
    expect((await edit('DELETE', `/api/articles/${id}`)).status).toBe(404);
  },
);
