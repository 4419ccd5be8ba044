import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../functions/shared/text.ts';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

const HOUR = 3_600_000;
let world: World;
beforeEach(async () => {
  world = await setUp();
});
const post = (body: unknown, key = 'key-1') =>
  world.edit('POST', '/api/articles', body, { 'idempotency-key': key });
const ids = async (): Promise<string[]> =>
  (await (await world.edit('GET', '/api/articles?limit=100')).json()).articles.map(
    ({ id }: { id: string }) => id,
  );

describe('Idempotency-Key', () => {
  test('the same request gets the same answer, byte for byte, and stores nothing more', async () => {
    const first = await post(anArticleInput({ summary: 'é\u0000' }));
    world.pass(23 * HOUR);
    const again = await post(anArticleInput({ summary: 'é\u0000' }));
    expect(again.status).toBe(201);
    expect([...again.headers]).toEqual([...first.headers]);
    expect(await again.text()).toBe(await first.text());
    expect(await ids()).toHaveLength(1);
  });

  test('the answer is still the first one after the article was edited', async () => {
    const first = await (await post(anArticleInput({ id: 'a' }))).text();
    await world.edit('PATCH', '/api/articles/a', { title: 'Edited' });
    expect(await (await post(anArticleInput({ id: 'a' }))).text()).toBe(first);
    expect((await (await world.edit('GET', '/api/articles/a')).json()).title).toBe('Edited');
  });

  test('another body under the same key is refused with 422', async () => {
    await post(anArticleInput());
    const answer = await post(anArticleInput({ title: 'Another' }));
    expect(answer.status).toBe(422);
    expect((await answer.json()).title).toContain('idempotency key');
    expect(await ids()).toHaveLength(1);
  });

  test('a key is forgotten after 24 hours, though the table never deletes it', async () => {
    await post(anArticleInput());
    world.pass(24 * HOUR);
    expect((await post(anArticleInput({ title: 'Another' }))).status).toBe(201);
    expect(await ids()).toHaveLength(2);
    expect((await post(anArticleInput({ title: 'Another' }))).status).toBe(201);
    expect(await ids()).toHaveLength(2);
  });

  test('ten equal requests at once make one article and get one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(anArticleInput())));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(await ids()).toHaveLength(1);
  });

  test('of ten requests at once with different bodies, one is stored and the others are refused with 422', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => post(anArticleInput({ title: `T${n}` }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(422)]);
    expect(await ids()).toHaveLength(1);
  });

  test('a refused request leaves its key free', async () => {
    expect((await post({})).status).toBe(422);
    expect((await post(anArticleInput())).status).toBe(201);
  });

  test('two editors may use the same key', async () => {
    const token = 'bs_another-editors-token';
    await world.services.tokens.put({
      hash: sha256(token),
      name: 'cms',
      scopes: ['articles:write'],
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    await post(anArticleInput());
    const other = await world.edit('POST', '/api/articles', anArticleInput({ title: 'Another' }), {
      'idempotency-key': 'key-1',
      authorization: `Bearer ${token}`,
    });
    expect(other.status).toBe(201);
    expect(await ids()).toHaveLength(2);
  });

  test.each(['', 'a b', 'x'.repeat(256)])('the key %.10j is refused with 400', async (key) => {
    expect((await post(anArticleInput(), key)).status).toBe(400);
  });

  test('each request without a key makes its own article', async () => {
    for (const _ of [1, 2]) await world.edit('POST', '/api/articles', anArticleInput());
    expect(await ids()).toHaveLength(2);
  });
});
