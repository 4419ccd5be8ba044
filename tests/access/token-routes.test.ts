import { expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';

async function made(world: World, body: Record<string, unknown>): Promise<{ id: string; token: string }> {
  const answer = await world.edit('POST', '/api/tokens', body);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as { id: string; token: string };
}
const as = (world: World, token: string, method: string, path: string) =>
  world.request(path, { method, headers: { authorization: `Bearer ${token}` } });

it('a token allows what its scopes say and no more', async () => {
  const world = await setUp();
  const { token } = await made(world, { name: 'reader of the archive', scopes: ['articles:read'] });
  expect((await as(world, token, 'GET', '/api/articles')).status).toBe(200);
  const refused = await as(world, token, 'POST', '/api/tokens');
  expect(refused.status).toBe(403);
  expect(refused.headers.get('www-authenticate')).toContain('scope="tokens:write"');
});

it('a token is stored as a hash, shown once, and gone when it is revoked', async () => {
  const world = await setUp();
  const { id, token } = await made(world, { name: 'CMS', scopes: ['articles:read'] });
  const list = await (await world.edit('GET', '/api/tokens')).text();
  expect(list).toContain('CMS');
  expect(list).not.toContain(token);
  expect(JSON.stringify(await world.services.tokens.list())).not.toContain(token);
  expect((await world.edit('DELETE', `/api/tokens/${id}`)).status).toBe(204);
  expect((await as(world, token, 'GET', '/api/articles')).status).toBe(401);
  expect((await world.edit('DELETE', `/api/tokens/${id}`)).status).toBe(404);
});

it('a token expires at its time, although nothing deletes it', async () => {
  const world = await setUp();
  const { token } = await made(world, {
    name: 'intern',
    scopes: ['articles:read'],
    expiresAt: '2026-11-22T13:00:00Z',
  });
  expect((await as(world, token, 'GET', '/api/articles')).status).toBe(200);
  world.pass(3600_000);
  expect((await as(world, token, 'GET', '/api/articles')).status).toBe(401);
});

it('a request for a token is answered with all of its faults', async () => {
  const world = await setUp();
  const answer = await world.edit('POST', '/api/tokens', {
    name: ' ',
    scopes: ['everything'],
    expiresAt: 'soon',
    'a/b': 1,
  });
  expect(answer.status).toBe(422);
  const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
  expect(errors.map(({ pointer }) => pointer)).toEqual(['/name', '/scopes/0', '/expiresAt', '/a~1b']);
});

it('the list of tokens comes in pages, which have every token once', async () => {
  const world = await setUp();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await made(world, { name, scopes: ['articles:read'] });
  const names: string[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const answer = await world.edit('GET', `/api/tokens?limit=2&cursor=${next}`);
    const page = (await answer.json()) as { tokens: { name: string }[]; next?: string };
    expect(page.tokens.length).toBeLessThanOrEqual(2);
    names.push(...page.tokens.map(({ name }) => name));
    next = page.next;
  }
  expect(names.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect((await world.edit('GET', '/api/tokens?cursor=a')).status).toBe(400);
});
