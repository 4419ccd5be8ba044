import { describe, expect, it } from 'vitest';
import { SCOPES, type Token } from '../../functions/access/tokens.ts';
import { sha256 } from '../../functions/shared/text.ts';
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

describe('a token that makes another one', () => {
  const post = (world: World, token: string, body: Record<string, unknown>) =>
    world.request('/api/tokens', { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });
  const limited = (world: World, more: Record<string, unknown> = {}) =>
    made(world, { name: 'desk', scopes: ['articles:read', 'tokens:write'], ...more });
  const ids = async (world: World) =>
    ((await (await world.edit('GET', '/api/tokens')).json()) as { tokens: { id: string; madeBy?: string }[] })
      .tokens;

  it('can give it only scopes that it has, and the refusal says which', async () => {
    const world = await setUp();
    const { id, token } = await limited(world);
    const refused = await post(world, token, {
      name: 'CMS',
      scopes: ['articles:read', 'articles:write', 'subscribers:read'],
    });
    expect(refused.status).toBe(422);
    const rule = 'must be one of articles:read, tokens:write, which are the scopes of the token that you use';
    expect((await refused.json()).errors).toEqual([
      { pointer: '/scopes/1', detail: rule },
      { pointer: '/scopes/2', detail: rule },
    ]);
    const answer = await post(world, token, { name: 'CMS', scopes: ['articles:read', 'tokens:write'] });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ scopes: ['articles:read', 'tokens:write'], madeBy: id });
    expect((await ids(world)).map(({ madeBy }) => madeBy ?? 'the owner').sort()).toEqual([id, 'the owner']);
  });

  it('can give it no later end than its own, and the refusal says the latest', async () => {
    const world = await setUp();
    const { token } = await limited(world, { expiresAt: '2026-11-22T14:00:00+01:00' });
    const ask = (expiresAt?: string) =>
      post(world, token, { name: 'CMS', scopes: ['articles:read'], ...(expiresAt && { expiresAt }) });
    for (const end of [undefined, '2026-11-22T13:00:00.001Z', '2027-01-01T00:00:00Z']) {
      const refused = await ask(end);
      expect(refused.status).toBe(422);
      const [fault] = (await refused.json()).errors;
      expect(fault.pointer).toBe('/expiresAt');
      expect(fault.detail).toMatch(end ? /^must be a date/ : /^is missing: it must be a date/);
      expect(fault.detail).toContain('at 2026-11-22T13:00:00.000Z at the latest');
    }
    const child = (await (await ask('2026-11-22T13:00:00Z')).json()) as { token: string };
    world.pass(3600_000);
    expect((await as(world, child.token, 'GET', '/api/articles')).status).toBe(401);
  });

  it('takes it along when it is revoked, and those that it has made itself', async () => {
    const world = await setUp();
    const { id, token } = await limited(world);
    const make = async (maker: string) =>
      (await (
        await post(world, maker, { name: 'child', scopes: ['articles:read', 'tokens:write'] })
      ).json()) as { token: string };
    const child = await make(token);
    const grandchild = await make(child.token);
    const other = await limited(world);
    expect((await world.edit('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    for (const revoked of [token, child.token, grandchild.token])
      expect((await as(world, revoked, 'GET', '/api/articles')).status).toBe(401);
    expect((await as(world, other.token, 'GET', '/api/articles')).status).toBe(200);
    expect((await world.edit('DELETE', `/api/tokens/${id}`)).status).toBe(404);
  });

  it('makes none after it was revoked, and a revocation that was cut off can be completed', async () => {
    const world = await setUp();
    const { id, token } = await limited(world);
    const child = (await (await post(world, token, { name: 'child', scopes: ['articles:read'] })).json()) as {
      token: string;
    };
    const { tokens } = world.services;
    const hash = sha256(token);
    const stored = await tokens.get(hash);
    await tokens.remove(hash);
    expect(await tokens.put({ ...stored, hash: sha256('late'), madeBy: hash } as Token)).toBe(false);
    expect((await as(world, child.token, 'GET', '/api/articles')).status).toBe(200);
    expect((await world.edit('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    expect((await as(world, child.token, 'GET', '/api/articles')).status).toBe(401);
    expect(await tokens.list()).toEqual([]);
  });
});

it('the owner may make a token with any scopes and without an end, but with none that is past', async () => {
  const world = await setUp();
  await made(world, { name: 'all', scopes: [...SCOPES] });
  const refused = await world.edit('POST', '/api/tokens', {
    ...{ name: 'late', scopes: ['articles:read'], expiresAt: '2026-11-22T12:00:00Z' },
  });
  expect([refused.status, (await refused.json()).errors]).toEqual([
    422,
    [{ pointer: '/expiresAt', detail: 'must be a date and time to come, such as 2027-01-01T00:00:00Z' }],
  ]);
});
